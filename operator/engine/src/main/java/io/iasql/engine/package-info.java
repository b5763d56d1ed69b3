/**
 * The engine of one environment: plans, commits, syncs. Knows rows and what modules say of them,
 * neither Kubernetes nor a cloud.
 */
package io.iasql.engine;
