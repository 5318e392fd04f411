package dev.kmsagent.domain;

/**
 * A secret's value as KMS sent it.
 *
 * @param value binary data is base64
 */
public record SecretContent(DataType type, ConfidentialText value) {}
