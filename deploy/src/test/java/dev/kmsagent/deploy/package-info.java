/** Tests of the images and manifests of this folder, and of the scripts that build the project. */
@NullMarked
package dev.kmsagent.deploy;

import org.jspecify.annotations.NullMarked;
