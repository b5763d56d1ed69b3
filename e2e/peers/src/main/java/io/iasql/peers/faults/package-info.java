/**
 * A bad day at AWS, on order: throttling, server errors before and after a call took effect, lost
 * connections, stale reads, pending states and short pages, around the calls of any AWS SDK client.
 *
 * <p>Emulators have none of this. Faults are injected by an {@link
 * software.amazon.awssdk.core.interceptor.ExecutionInterceptor}, so the SDK's own retries,
 * unmarshalling and typed exceptions take part; what is not faulty reaches the emulator.
 */
package io.iasql.peers.faults;
