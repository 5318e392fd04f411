package dev.kmsagent.bootstrap.e2e;

import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Every fault of the metadata service of an ECS instance. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class MetadataFaultMatrixTest extends IdentityMatrixContract {
  MetadataFaultMatrixTest() {
    super(
        "metadata",
        Workload::ecsRoleOfThisJvm,
        IdentityFaults.answersOfMetadata(),
        IdentityFaults.ofMetadata());
  }
}
