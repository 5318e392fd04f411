package dev.kmsagent.config.loading;

import java.util.List;

/** A part of the configuration: its keys, what they must hold together, and what they make. */
interface Table<C> {

  /** The keys, in the order of the reference. */
  List<ConfigKey<?>> keys();

  /** What is demanded of several keys together. */
  default List<Rule> rules() {
    return List.of();
  }

  /** The typed result; called only when every key was read and every rule holds. */
  C assemble(Values values);
}
