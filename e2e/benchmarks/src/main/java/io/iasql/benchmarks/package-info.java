/** Benchmarks: ratios of the engine to a bare AWS SDK program, measured side by side in one run. */
package io.iasql.benchmarks;
