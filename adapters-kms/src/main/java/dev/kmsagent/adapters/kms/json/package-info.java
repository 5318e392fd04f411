/** How answers of the cloud are read, of KMS and of STS alike. Depends on Gson. */
@NullMarked
package dev.kmsagent.adapters.kms.json;

import org.jspecify.annotations.NullMarked;
