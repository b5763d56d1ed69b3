/**
 * Reaching AWS: credentials, clients, regions and what failures mean; and the module {@code
 * aws_account} with its two tables.
 */
package io.iasql.aws.account;
