package io.iasql.aws.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.spi.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicySyntaxTest {
  private static final String TRUST =
      "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':{'Service':'x'},"
          + "'Action':'sts:AssumeRole'}]}";
  private static final String RESOURCE =
      "{'Statement':{'Effect':'Deny','NotPrincipal':'*','Action':['a:B'],'Resource':'*'}}";

  @Test
  void soundPoliciesHaveNoProblems() throws JsonProcessingException {
    assertThat(trust(TRUST)).isEmpty();
    assertThat(resource(RESOURCE)).isEmpty();
    assertThat(PolicySyntax.ofResource("policy", null)).isEmpty();
  }

  @Test
  void eachElementIsChecked() throws JsonProcessingException {
    assertThat(resource("[]")).singleElement().asString().contains("JSON object");
    assertThat(resource("{}")).singleElement().asString().contains("Statement");
    assertThat(resource("{'Statement':[]}")).singleElement().asString().contains("Statement");
    assertThat(resource("{'Statement':[1]}")).singleElement().asString().contains("Statement 1");
    assertThat(resource(RESOURCE.replace("Deny", "deny")))
        .singleElement()
        .asString()
        .contains("Effect");
    assertThat(resource(RESOURCE.replace("'Action'", "'NotAction':'x','Action'")))
        .singleElement()
        .asString()
        .contains("not both");
    assertThat(resource(TRUST)).singleElement().asString().contains("Resource");
    assertThat(trust(RESOURCE)).singleElement().asString().contains("must not name a Resource");
    assertThat(trust(TRUST.replace("2012-10-17", "2020-01-01")))
        .singleElement()
        .asString()
        .contains("Version");
  }

  private static List<Problem> trust(String json) throws JsonProcessingException {
    return PolicySyntax.ofTrust("policy", new ObjectMapper().readTree(json.replace('\'', '"')));
  }

  private static List<Problem> resource(String json) throws JsonProcessingException {
    return PolicySyntax.ofResource("policy", new ObjectMapper().readTree(json.replace('\'', '"')));
  }
}
