package io.iasql.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketPoliciesTest {
  private static final String REST =
      "'Effect':'Allow','Principal':'*','Action':'s3:GetObject','Resource':'arn:aws:s3:::acme/*'";

  private static final String NOBODY =
      "'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::acme/*'";
  private static final String IDLE =
      "'Effect':'Allow','Principal':'*','Resource':'arn:aws:s3:::acme/*'";
  private static final String NOWHERE = "'Effect':'Allow','Principal':'*','Action':'s3:GetObject'";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'Version':'2012-10-17','Statement':[{" + REST + "}]}",
        "{'Statement':{" + REST + "}}",
        "{'Version':'2008-10-17','Id':'x','Statement':[{'Sid':'a','Effect':'Deny',"
            + "'NotPrincipal':{'AWS':['111122223333','arn:aws:iam::111122223333:root']},"
            + "'NotAction':['S3:getobject','s3:*','*'],"
            + "'NotResource':['arn:aws-cn:s3:::acme','arn:aws:s3:::acme/a*'],"
            + "'Condition':{'Bool':{'aws:SecureTransport':'false'}}}]}",
        "{'Statement':{'Effect':'Allow','Principal':{'Service':'logging.s3.amazonaws.com'},"
            + "'Action':'s3:PutObject','Resource':['*','arn:aws:s3:::ac*','arn:aws:s3:::${x}/*']}}"
      })
  void acceptsWhatS3Accepts(String policy) {
    assertThat(BucketPolicies.problems("acme", json(policy))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|JSON object",
        "{}|must have a Statement",
        "{'Statement':[]}|must have a Statement",
        "{'foo':1,'Statement':{" + REST + "}}|unknown field foo",
        "{'Version':'2012-10-18','Statement':{" + REST + "}}|Version must be",
        "{'Statement':['x']}|Statement 1 of the policy must be a JSON object",
        "{'Statement':[{" + REST + "},{" + REST + ",'Efect':1}]}|unknown field Efect",
        "{'Statement':{'Effect':'allow'}}|an Effect of Allow or Deny",
        "{'Statement':{'Effect':'Allow'}}|either Principal or NotPrincipal",
        "{'Statement':{" + REST + ",'NotAction':'s3:Get*'}}|either Action or NotAction",
        "{'Statement':{" + REST + ",'Condition':[]}}|A Condition is",
        "{'Statement':{" + REST + ",'Condition':{'Bool':'x'}}}|A Condition is",
        "{'Statement':{" + NOBODY + ",'Principal':'me'}}|A principal is",
        "{'Statement':{" + NOBODY + ",'Principal':{}}}|A principal is",
        "{'Statement':{" + NOBODY + ",'Principal':{'User':'*'}}}|no kind of principal User",
        "{'Statement':{" + NOBODY + ",'Principal':{'AWS':[]}}}|principal is a text or a list",
        "{'Statement':{" + IDLE + ",'Action':'ec2:RunInstances'}}|not ~ec2:RunInstances~",
        "{'Statement':{" + IDLE + ",'Action':['s3:GetObject',1]}}|action is a text or a list",
        "{'Statement':{" + IDLE + ",'Action':''}}|action is a text or a list",
        "{'Statement':{" + NOWHERE + ",'Resource':'acme/*'}}|an ARN such as arn:aws:s3:::acme/*",
        "{'Statement':{" + NOWHERE + ",'Resource':'arn:aws:s3:::other/*'}}|bucket than acme",
      })
  void refusesWhatS3Refuses(String policy, String why) {
    assertThat(BucketPolicies.problems("acme", json(policy)))
        .anySatisfy(problem -> assertThat(problem.message()).contains(why.replace('~', '"')));
  }

  @Test
  void refusesWhatIsTooLong() {
    JsonNode policy = json("{'Statement':{" + REST + ",'Sid':'" + "x".repeat(20_480) + "'}}");

    assertThat(BucketPolicies.problems("acme", policy))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("at most 20480 bytes"));
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
