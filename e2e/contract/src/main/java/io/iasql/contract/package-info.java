/**
 * The one suite that each resource of each module passes: over the real engine, a real PostgreSQL
 * and an AWS emulator, with and without faults. A module's test names a few {@linkplain
 * io.iasql.contract.Sample samples} and extends {@link io.iasql.contract.ResourceContract}.
 */
package io.iasql.contract;
