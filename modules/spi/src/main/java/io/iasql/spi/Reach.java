package io.iasql.spi;

/** Where resources of a table live. */
public enum Reach {
  /** In one region: listed region by region. */
  REGIONAL,
  /** In the account: listed once. */
  GLOBAL
}
