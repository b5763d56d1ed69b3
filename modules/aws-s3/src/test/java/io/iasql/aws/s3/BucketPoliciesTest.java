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
    assertThat(BucketPolicies.refusals("acme", json(policy))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[]|JSON object",
        "'text'|JSON object",
        "{}|at least one Statement",
        "{'Statement':[]}|at least one Statement",
        "{'foo':1,'Statement':{" + REST + "}}|Unknown policy field foo",
        "{'Version':'2012-10-18','Statement':{" + REST + "}}|Version is",
        "{'Version':20121017,'Statement':{" + REST + "}}|Version is",
        "{'Id':1,'Statement':{" + REST + "}}|Id is a text",
        "{'Statement':['x']}|Statement 1 is a JSON object",
        "{'Statement':[{" + REST + "},{" + REST + ",'effect':1}]}|Statement 2 has the unknown",
        "{'Statement':{'Effect':'allow'}}|needs the Effect",
        "{'Statement':{'Effect':'Allow'}}|either Principal or NotPrincipal",
        "{'Statement':{'Effect':'Allow'}}|either Action or NotAction",
        "{'Statement':{'Effect':'Allow'}}|either Resource or NotResource",
        "{'Statement':{" + REST + ",'NotAction':'s3:Get*'}}|either Action or NotAction",
        "{'Statement':{" + REST + ",'Sid':1}}|text as Sid",
        "{'Statement':{" + REST + ",'Condition':[]}}|as Condition",
        "{'Statement':{" + REST + ",'Condition':{'Bool':'x'}}}|as Condition",
        "{'Statement':{'Principal':'me'}}|as principal",
        "{'Statement':{'Principal':{}}}|as principal",
        "{'Statement':{'Principal':{'Aws':'*'}}}|unknown kind of principal Aws",
        "{'Statement':{'Principal':{'AWS':[]}}}|list of texts as principal",
        "{'Statement':{'Action':'ec2:RunInstances'}}|none of S3",
        "{'Statement':{'Action':['s3:GetObject',1]}}|list of texts as action",
        "{'Statement':{'Action':''}}|list of texts as action",
        "{'Statement':{'Resource':'acme/*'}}|no ARN",
        "{'Statement':{'Resource':'arn:aws:s3:::other/*'}}|another bucket than acme",
      })
  void refusesWhatS3Refuses(String policy, String why) {
    assertThat(BucketPolicies.refusals("acme", json(policy)))
        .anySatisfy(refusal -> assertThat(refusal).contains(why));
  }

  @Test
  void refusesWhatIsTooLong() {
    JsonNode policy = json("{'Statement':{" + REST + ",'Sid':'" + "x".repeat(20_480) + "'}}");

    assertThat(BucketPolicies.refusals("acme", policy))
        .singleElement()
        .asString()
        .contains("at most 20480 bytes");
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
