/** Module {@code aws_vpc}: networks of Amazon VPC, their routing, gateways and endpoints. */
package io.iasql.aws.vpc;
