package dev.kmsagent.bootstrap.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The keys of {@code config.toml} that a test gives a value to and sees at work in the running
 * agent; {@link EveryKeyIT} demands one such test for each key.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface ShowsEffectOf {
  /** The keys with their tables, e.g. {@code Cache.TtlSeconds}. */
  String[] value();
}
