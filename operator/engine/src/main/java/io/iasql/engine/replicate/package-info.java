/** Committed changes of one environment as SQL for another, and whether both get the same. */
package io.iasql.engine.replicate;
