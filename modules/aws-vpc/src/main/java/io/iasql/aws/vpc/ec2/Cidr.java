package io.iasql.aws.vpc.ec2;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A range of IPv4 or IPv6 addresses. Host bits are dropped, as EC2 does ({@code 100.68.0.18/18} is
 * {@code 100.68.0.0/18}; CreateVpc), and the text form is EC2's: IPv6 in RFC 5952 notation.
 *
 * @param bits the length of an address: 32 or 128
 * @param first the first address of the range
 * @param prefix the length of the network part
 */
public record Cidr(int bits, BigInteger first, int prefix) {
  private static final int IPV4_BITS = 32;
  private static final int IPV6_BITS = 128;
  private static final int GROUPS = 8;

  public Cidr {
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException(
          "no prefix length of a " + bits + " bit address: " + prefix);
    }
    int hostBits = bits - prefix;
    first = first.shiftRight(hostBits).shiftLeft(hostBits);
  }

  /** The range that a text such as {@code 10.0.0.0/16} means, or empty when it means none. */
  public static Optional<Cidr> parse(String text) {
    if (text == null) {
      return Optional.empty();
    }
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    String address = text.substring(0, slash);
    int prefix = Integer.parseInt(text.substring(slash + 1));
    boolean v6 = address.indexOf(':') >= 0;
    int bits = v6 ? IPV6_BITS : IPV4_BITS;
    if (prefix > bits) {
      return Optional.empty();
    }
    return (v6 ? ipv6(address) : ipv4(address)).map(first -> new Cidr(bits, first, prefix));
  }

  /** The text in canonical form where it is a range, else the text as it is; null stays null. */
  public static String canonical(String text) {
    return parse(text).map(Cidr::toString).orElse(text);
  }

  /** Whether this is a range of IPv4 addresses. */
  public boolean isIpv4() {
    return bits == IPV4_BITS;
  }

  /** Whether every address of {@code other} is one of this range. */
  public boolean contains(Cidr other) {
    return bits == other.bits
        && prefix <= other.prefix
        && new Cidr(bits, other.first, prefix).equals(this);
  }

  /** Whether the two have an address in common. */
  public boolean overlaps(Cidr other) {
    return contains(other) || other.contains(this);
  }

  /** {@code 10.0.0.0/16}. */
  @Override
  public String toString() {
    return (isIpv4() ? ipv4Text() : ipv6Text()) + "/" + prefix;
  }

  private static Optional<BigInteger> ipv4(String address) {
    String[] parts = address.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    long value = 0;
    for (String part : parts) {
      if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
        return Optional.empty();
      }
      value = value << 8 | Integer.parseInt(part);
    }
    return Optional.of(BigInteger.valueOf(value));
  }

  private static Optional<BigInteger> ipv6(String address) {
    int gap = address.indexOf("::");
    if (gap >= 0 && address.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    List<String> head = groups(gap < 0 ? address : address.substring(0, gap));
    List<String> tail = gap < 0 ? List.of() : groups(address.substring(gap + 2));
    int missing = GROUPS - head.size() - tail.size();
    if (gap < 0 ? missing != 0 : missing < 1) {
      return Optional.empty();
    }
    List<String> all = new ArrayList<>(head);
    for (int i = 0; i < missing; i++) {
      all.add("0");
    }
    all.addAll(tail);
    BigInteger value = BigInteger.ZERO;
    for (String group : all) {
      if (!group.matches("[0-9a-fA-F]{1,4}")) {
        return Optional.empty();
      }
      value = value.shiftLeft(16).or(new BigInteger(group, 16));
    }
    return Optional.of(value);
  }

  private static List<String> groups(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(":", -1));
  }

  private String ipv4Text() {
    long value = first.longValue();
    return (value >> 24 & 255)
        + "."
        + (value >> 16 & 255)
        + "."
        + (value >> 8 & 255)
        + "."
        + (value & 255);
  }

  private String ipv6Text() {
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = first.shiftRight(16 * (GROUPS - 1 - i)).intValue() & 0xffff;
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gapStart = i;
        gapLength = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]).toLowerCase(Locale.ROOT));
      }
    }
    return text.toString();
  }
}
