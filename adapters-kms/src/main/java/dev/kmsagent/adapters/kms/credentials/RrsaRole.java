package dev.kmsagent.adapters.kms.credentials;

import java.nio.file.Path;

/**
 * The role that a workload of ACK assumes with a token of its cluster (RRSA).
 *
 * @param roleArn the RAM role
 * @param oidcProviderArn what RAM knows the cluster's issuer of tokens as
 * @param oidcTokenFile where the platform puts the workload's token, and renews it
 * @param sessionName names the session in the account's audit trail
 * @param stsEndpoint host[:port] of STS, always called with TLS
 */
public record RrsaRole(
    String roleArn,
    String oidcProviderArn,
    Path oidcTokenFile,
    String sessionName,
    String stsEndpoint) {}
