/* The names that vela-core writes on objects: a wire format. */
#ifndef HANDLERS_NAMES_H
#define HANDLERS_NAMES_H

/* The version of vela-core that velella stands in for: it shows in oam.dev/kubevela-version and is what
 * app.oam.dev/controller-version-require is compared with. */
#define VELA_VERSION "v1.10.8"
#define VELELLA_VERSION "0.1.0"

#define LABEL_APP_NAME "app.oam.dev/name"
#define LABEL_APP_NAMESPACE "app.oam.dev/namespace"
#define LABEL_APP_UID "app.oam.dev/uid"
#define LABEL_APP_REVISION "app.oam.dev/appRevision"
#define LABEL_APP_REVISION_HASH "app.oam.dev/app-revision-hash"
#define LABEL_COMPONENT "app.oam.dev/component"
#define LABEL_COMPONENT_REVISION "app.oam.dev/revision"
#define LABEL_CLUSTER "app.oam.dev/cluster"
#define LABEL_RENDER_HASH "oam.dev/render-hash"
#define LABEL_TRAIT_TYPE "trait.oam.dev/type"
#define LABEL_PAUSE "controller.core.oam.dev/pause"

#define ANNOTATION_VELA_VERSION "oam.dev/kubevela-version"
#define ANNOTATION_LAST_APPLIED "app.oam.dev/last-applied-configuration"
#define ANNOTATION_LAST_APPLIED_TIME "app.oam.dev/last-applied-time"
#define ANNOTATION_KUBECTL_LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define ANNOTATION_PUBLISH_VERSION "app.oam.dev/publishVersion"
#define ANNOTATION_CONTROLLER_VERSION "app.oam.dev/controller-version-require"
#define ANNOTATION_SHARED_BY "app.oam.dev/shared-by"

#define FINALIZER_TRACKER "app.oam.dev/resource-tracker-finalizer"
#define FINALIZER_ORPHAN "app.oam.dev/orphan-resource"
#define FINALIZER_RESOURCE_TRACKER "resourcetracker.core.oam.dev/finalizer"

#define OAM_API_VERSION "core.oam.dev/v1beta1"

#endif
