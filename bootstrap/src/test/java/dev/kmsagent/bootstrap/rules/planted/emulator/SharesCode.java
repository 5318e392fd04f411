package dev.kmsagent.bootstrap.rules.planted.emulator;

import dev.kmsagent.bootstrap.rules.planted.adapters.kms.KmsAdapter;

/** The emulator shares no code with the agent. */
interface SharesCode {
  KmsAdapter adapter();

  KnowsBack next();
}
