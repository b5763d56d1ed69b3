package io.iasql.spi;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What texts name of an account: its number, its partition and its default region. Says the same of
 * another account.
 *
 * @param accountId the 12-digit account id
 * @param partition {@code aws}, {@code aws-cn} or {@code aws-us-gov}
 * @param defaultRegion the region that rows get when they name none
 */
public record AwsPlace(String accountId, String partition, String defaultRegion) {
  // AWS General Reference, "Amazon Resource Names (ARNs)".
  private static final Pattern ARN = Pattern.compile("arn:aws[a-z-]*:[^\\s\"'<>|,]*");
  // AWS General Reference, "AWS service endpoints": hosts, and services as
  // com.amazonaws.REGION.NAME.
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]*amazonaws[A-Za-z0-9.-]*");
  private static final Pattern SEGMENT = Pattern.compile("[^:/]+");

  /** The place of a scope. */
  public static AwsPlace of(AwsScope scope) {
    return new AwsPlace(scope.accountId(), scope.partition(), scope.defaultRegion());
  }

  /**
   * A text as it is to be in another account. The account's number becomes the other's wherever it
   * stands. The default region becomes the other's where it is the whole text, with or without the
   * letter of a zone, and in ARNs, host names and names of endpoint services; a name that people
   * chose and that has a region's name in it stays. In ARNs, resources get the names that they have
   * there.
   *
   * @param names the other account's names of resources by those in this one
   */
  public String in(AwsPlace other, Map<String, String> names, String text) {
    if (text.startsWith(defaultRegion)
        && text.substring(defaultRegion.length()).matches("[a-z]?")) {
      return other.defaultRegion + text.substring(defaultRegion.length());
    }
    String result =
        text.replaceAll(
            "(?<![0-9])" + accountId + "(?![0-9])", Matcher.quoteReplacement(other.accountId));
    result = each(ARN, result, arn -> arn(other, names, arn));
    return each(
        HOST,
        result,
        host ->
            host.replaceAll(
                "(?<=[.-])" + Pattern.quote(defaultRegion) + "(?=[.]|$)", other.defaultRegion));
  }

  private String arn(AwsPlace other, Map<String, String> names, String arn) {
    String here = "arn:" + partition + ":";
    String moved =
        arn.startsWith(here) ? "arn:" + other.partition + ":" + arn.substring(here.length()) : arn;
    return each(
        SEGMENT,
        moved,
        segment ->
            segment.equals(defaultRegion)
                ? other.defaultRegion
                : names.getOrDefault(segment, segment));
  }

  private static String each(Pattern pattern, String text, UnaryOperator<String> change) {
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(change.apply(found.group())));
  }
}
