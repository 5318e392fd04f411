package dev.kmsagent.config;

/** The engines that can keep secrets between two calls to KMS. */
public enum CacheType {
  IN_MEMORY
}
