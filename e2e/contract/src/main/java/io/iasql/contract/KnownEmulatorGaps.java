package io.iasql.contract;

import io.iasql.peers.AwsEmulator;
import java.util.List;
import java.util.Optional;

/**
 * The one place that says what cannot be checked over an emulator, and why. The check is run all
 * the same: once it passes, its entry here makes the test fail, and has to go.
 */
public final class KnownEmulatorGaps {

  /**
   * What an emulator makes impossible.
   *
   * @param table the resource's table
   * @param check the check that fails
   * @param detail the column or statement, where the check runs for each; else an empty string
   * @param emulator whose fault it is
   * @param reason what it does wrong
   */
  public record Gap(
      String table, Check check, String detail, AwsEmulator emulator, String reason) {}

  private static final String NO_TAGS_OF_DHCP_OPTIONS =
      "CreateDhcpOptions heeds no TagSpecifications, so that nobody finds what a lost call made";

  private static final String NO_RESET_OF_POLICIES = "ModifyVpcEndpoint heeds no ResetPolicy";

  /**
   * A column whose changes an emulator drops without a word. The product would wait for the change
   * to be seen until it gives up, for every check that makes it: the suite leaves the column out.
   *
   * @param column the record's component in snake case
   */
  public record Ignored(String table, String column, AwsEmulator emulator, String reason) {}

  private static final List<Ignored> IGNORED =
      List.of(
          new Ignored(
              "endpoint_interface",
              "dns_name_record_type",
              AwsEmulator.LOCALSTACK,
              "CreateVpcEndpoint and ModifyVpcEndpoint heed no DnsOptions"));

  private static final List<Gap> ALL =
      List.of(
          localstack("dhcp_options", Check.CRASH, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.OUTAGE, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.FAILS_AFTER_THE_EFFECT, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.LOSES_ANSWERS, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("endpoint_gateway", Check.CHANGES, "policy to null", NO_RESET_OF_POLICIES),
          localstack("endpoint_interface", Check.CHANGES, "policy to null", NO_RESET_OF_POLICIES));

  private KnownEmulatorGaps() {}

  private static Gap localstack(String table, Check check, String reason) {
    return localstack(table, check, "", reason);
  }

  private static Gap localstack(String table, Check check, String detail, String reason) {
    return new Gap(table, check, detail, AwsEmulator.LOCALSTACK, reason);
  }

  /** All of them. */
  public static List<Gap> all() {
    return ALL;
  }

  static boolean ignores(String table, String column, AwsEmulator emulator) {
    return IGNORED.stream()
        .anyMatch(
            one ->
                one.table().equals(table)
                    && one.column().equals(column)
                    && one.emulator() == emulator);
  }

  static Optional<Gap> of(String table, Check check, String detail, AwsEmulator emulator) {
    return ALL.stream()
        .filter(
            gap ->
                gap.table().equals(table)
                    && gap.check() == check
                    && gap.detail().equals(detail)
                    && gap.emulator() == emulator)
        .findFirst();
  }
}
