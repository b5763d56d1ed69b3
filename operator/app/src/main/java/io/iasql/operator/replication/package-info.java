/** Replication: from committed changes of one environment to transactions of another. */
package io.iasql.operator.replication;
