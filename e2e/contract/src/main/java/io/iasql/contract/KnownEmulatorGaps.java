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

  private static final List<Gap> ALL =
      List.of(
          localstack("dhcp_options", Check.CRASH, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.OUTAGE, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.FAILS_AFTER_THE_EFFECT, NO_TAGS_OF_DHCP_OPTIONS),
          localstack("dhcp_options", Check.LOSES_ANSWERS, NO_TAGS_OF_DHCP_OPTIONS));

  private KnownEmulatorGaps() {}

  private static Gap localstack(String table, Check check, String reason) {
    return new Gap(table, check, "", AwsEmulator.LOCALSTACK, reason);
  }

  /** All of them. */
  public static List<Gap> all() {
    return ALL;
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
