/**
 * A cloud for tests: an account in memory that refuses, throttles, forgets and dies on demand, and
 * two modules whose tables have every shape that the SPI knows.
 */
package io.iasql.engine.fake;
