/**
 * What all modules over Amazon EC2 share: tags, filters, waiting, address ranges. EC2 is eventually
 * consistent, creates most resources without a name of the caller's choice and answers deletions
 * before they are done; the mechanics against that live here, once.
 */
package io.iasql.aws.vpc.ec2;
