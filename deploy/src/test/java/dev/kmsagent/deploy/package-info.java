/** Tests of the images and manifests of this folder. */
@NullMarked
package dev.kmsagent.deploy;

import org.jspecify.annotations.NullMarked;
