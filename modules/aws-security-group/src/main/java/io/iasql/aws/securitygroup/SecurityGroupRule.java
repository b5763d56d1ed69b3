package io.iasql.aws.securitygroup;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;

/**
 * A rule of a security group (AuthorizeSecurityGroupIngress, AuthorizeSecurityGroupEgress). EC2 has
 * no two rules of a group that differ in the description only.
 *
 * <p>A row that names several sources becomes one rule per source at AWS: this row is the first of
 * them, the others appear as rows of their own.
 *
 * @param ipProtocol {@code tcp}, {@code udp}, {@code icmp}, {@code icmpv6}, a protocol number or
 *     {@code -1} for everything; null means {@code -1} where no ports are given
 * @param fromPort the first port, or the ICMP type; -1 means all. A source group without ports
 *     means all ports
 * @param toPort the last port, or the ICMP code
 */
@Table("security_group_rule")
public record SecurityGroupRule(
    @Key @Assigned String securityGroupRuleId,
    @Identity Boolean isEgress,
    @Identity String ipProtocol,
    @Identity Integer fromPort,
    @Identity Integer toPort,
    @Identity String cidrIpv4,
    @Identity String cidrIpv6,
    @Identity String prefixListId,
    String description,
    @Key String region,
    @Identity @Reference("security_group_id") SecurityGroup securityGroup,
    @Identity @Reference("source_security_group") SecurityGroup sourceSecurityGroup) {

  public SecurityGroupRule {
    Traffic traffic = Traffic.canonical(ipProtocol, fromPort, toPort, sourceSecurityGroup != null);
    ipProtocol = traffic.protocol();
    fromPort = traffic.fromPort();
    toPort = traffic.toPort();
    cidrIpv4 = Cidr.canonical(cidrIpv4);
    cidrIpv6 = Cidr.canonical(cidrIpv6);
    // EC2 shows an absent description now as nothing, now as an empty text.
    if (description != null && description.isEmpty()) {
      description = null;
    }
    // Beside a source group this never meant anybody: it must not start to.
    if (sourceSecurityGroup != null && "0.0.0.0/0".equals(cidrIpv4)) {
      cidrIpv4 = null;
    }
  }

  /** A reference to an existing rule. */
  public static SecurityGroupRule of(String securityGroupRuleId, String region) {
    return new SecurityGroupRule(
        securityGroupRuleId, null, null, null, null, null, null, null, null, region, null, null);
  }

  boolean egress() {
    return Boolean.TRUE.equals(isEgress);
  }

  /** The rule at AWS that stands for this row: the one of the first source. */
  SecurityGroupRule first() {
    boolean v4 = cidrIpv4 != null;
    boolean v6 = !v4 && cidrIpv6 != null;
    boolean list = !v4 && !v6 && prefixListId != null;
    return new SecurityGroupRule(
        securityGroupRuleId,
        egress(),
        ipProtocol,
        fromPort,
        toPort,
        v4 ? cidrIpv4 : null,
        v6 ? cidrIpv6 : null,
        list ? prefixListId : null,
        description,
        region,
        securityGroup,
        v4 || v6 || list ? null : sourceSecurityGroup);
  }
}
