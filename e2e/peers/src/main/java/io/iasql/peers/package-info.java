/**
 * The real peers of tests and the quickstart: a Kubernetes API server, a PostgreSQL and AWS
 * emulators.
 *
 * <p>Each peer has providers in a fixed order (named by the user, Docker, made on this machine),
 * says in one line which it took, and when none can be had, in one line what is missing. Nothing
 * listens on other than loopback, nothing outside the cache folder is written, and whatever is
 * started ends with the JVM, however that ends.
 */
package io.iasql.peers;
