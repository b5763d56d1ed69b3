/** People's logins to an environment's PostgreSQL: roles and what they may do. */
package io.iasql.engine.login;
