/** Which of several replicas works. */
package io.iasql.operator.leadership;
