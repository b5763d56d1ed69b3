package io.iasql.aws.securitygroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.aws.vpc.Vpc;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Table;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SecurityGroupTest {
  private static final PlannedRows NONE =
      new PlannedRows() {
        @Override
        public <T extends Record> Stream<T> referringTo(Class<T> type, Record target) {
          return Stream.empty();
        }
      };

  @Test
  void namesAndDescriptionsHaveLimits() {
    assertThat(columns("web (public)", "ports: 80, 443 & more; [x]={y}!$*")).isEmpty();
    assertThat(columns("sg-web", "d")).containsExactly("group_name");
    assertThat(columns("", "d")).containsExactly("group_name");
    assertThat(columns("web", "it's")).containsExactly("description");
    assertThat(columns("x".repeat(256), "d")).containsExactly("group_name");
  }

  @Test
  void namesThatDifferInCaseAreOneName() {
    SecurityGroups groups = new SecurityGroups();
    SecurityGroup current = group("web", "d", Vpc.of("vpc-1", "eu-west-1"));

    assertThat(groups.excludes(current, group("Web", "d", Vpc.of("vpc-1", "eu-west-1")))).isTrue();
    assertThat(groups.excludes(current, group("web2", "d", Vpc.of("vpc-1", "eu-west-1"))))
        .isFalse();
    assertThat(groups.excludes(current, group("Web", "d", Vpc.of("vpc-2", "eu-west-1")))).isFalse();
  }

  @Test
  void defaultGroupsComeWithTheirVpc() {
    assertThat(ownership("default", false)).isEqualTo(Ownership.WITH_PARENT);
    assertThat(ownership("default", true)).isEqualTo(Ownership.PROTECTED);
    assertThat(ownership("web", true)).isEqualTo(Ownership.OWN);
  }

  @Test
  void theModuleIsFoundWithItsTables() {
    CloudModule module =
        ServiceLoader.load(CloudModule.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(AwsSecurityGroupModule.class::isInstance)
            .findFirst()
            .orElseThrow();

    assertThat(module.resources())
        .extracting(CloudResource::type)
        .extracting(type -> type.getAnnotation(Table.class).value())
        .containsExactly("security_group", "security_group_rule")
        .allSatisfy(table -> assertThat(module.schema()).contains("CREATE TABLE " + table + " ("));
  }

  private static List<String> columns(String name, String description) {
    return new SecurityGroups()
        .validate(group(name, description, Vpc.of("vpc-1", "eu-west-1")), NONE).stream()
            .map(Problem::column)
            .toList();
  }

  private static Ownership ownership(String name, boolean inDefaultVpc) {
    Vpc vpc =
        new Vpc(
            "vpc-1", "10.0.0.0/16", null, inDefaultVpc, null, null, null, null, "eu-west-1", null);
    return new SecurityGroups().ownership(group(name, "d", vpc));
  }

  private static SecurityGroup group(String name, String description, Vpc vpc) {
    return new SecurityGroup(description, name, null, "sg-1", "eu-west-1", vpc);
  }
}
