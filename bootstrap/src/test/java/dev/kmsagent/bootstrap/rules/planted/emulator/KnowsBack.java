package dev.kmsagent.bootstrap.rules.planted.emulator;

/** A cycle of files in one package. */
interface KnowsBack {
  SharesCode back();
}
