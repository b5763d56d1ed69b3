package io.iasql.aws.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Table;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class AwsVpcModuleTest {

  @Test
  void isFoundWithATableForEachResource() {
    CloudModule module =
        ServiceLoader.load(CloudModule.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(AwsVpcModule.class::isInstance)
            .findFirst()
            .orElseThrow();

    assertThat(module.resources())
        .extracting(CloudResource::type)
        .extracting(type -> type.getAnnotation(Table.class).value())
        .doesNotHaveDuplicates()
        .hasSize(14)
        .allSatisfy(table -> assertThat(module.schema()).contains("CREATE TABLE " + table + " ("));
  }
}
