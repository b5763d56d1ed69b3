/**
 * What a module implements: the records that mirror its tables and the calls behind them. Knows
 * neither Kubernetes nor JDBC nor a cloud's SDK.
 */
package io.iasql.spi;
