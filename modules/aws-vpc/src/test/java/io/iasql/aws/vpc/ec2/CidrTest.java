package io.iasql.aws.vpc.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/16, 10.0.0.0/16",
    "100.68.0.18/18, 100.68.0.0/18",
    "10.1.2.3/0, 0.0.0.0/0",
    "255.255.255.255/32, 255.255.255.255/32",
    "::/0, ::/0",
    "0:0::0/0, ::/0",
    "2001:DB8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128",
    "2001:db8:ffff:ffff::/48, 2001:db8:ffff::/48",
    "1:2:3:4:5:6:7:8/64, 1:2:3:4::/64",
    "::1/128, ::1/128",
    "1:0:3:0:5:0:7:0/128, 1:0:3:0:5:0:7:0/128"
  })
  void writesRangesAsEc2Does(String text, String canonical) {
    assertThat(Cidr.canonical(text)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0/8",
        "10.0.0.256/8",
        "010.0.0.0/8",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "::/129",
        "1::2::3/64",
        "1:2:3:4:5:6:7/64",
        "1:2:3:4:5:6:7:8::/64",
        "12345::/16",
        "pl-12345678",
        ""
      })
  void leavesAloneWhatIsNoRange(String text) {
    assertThat(Cidr.parse(text)).isEmpty();
    assertThat(Cidr.canonical(text)).isEqualTo(text);
  }

  @Test
  void knowsNoRangeOfNull() {
    assertThat(Cidr.canonical(null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/16, 10.0.255.0/24, true",
    "10.0.0.0/16, 10.0.0.0/16, true",
    "10.0.0.0/16, 10.1.0.0/24, false",
    "10.0.0.0/24, 10.0.0.0/16, false",
    "0.0.0.0/0, ::/0, false",
    "2001:db8::/32, 2001:db8:1::/48, true"
  })
  void contains(String outer, String inner, boolean expected) {
    assertThat(cidr(outer).contains(cidr(inner))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/16, 10.0.1.0/24, true",
    "10.0.1.0/24, 10.0.0.0/16, true",
    "10.0.0.0/24, 10.0.1.0/24, false"
  })
  void overlaps(String one, String other, boolean expected) {
    assertThat(cidr(one).overlaps(cidr(other))).isEqualTo(expected);
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text).orElseThrow();
  }
}
