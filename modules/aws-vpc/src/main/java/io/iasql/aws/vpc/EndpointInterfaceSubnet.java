package io.iasql.aws.vpc;

import io.iasql.spi.Reference;

/** A subnet in which an interface endpoint has a network interface: at most one per zone. */
public record EndpointInterfaceSubnet(@Reference("subnet_id") Subnet subnet) {}
