/** Module {@code aws_security_group}: security groups and their rules. */
package io.iasql.aws.securitygroup;
