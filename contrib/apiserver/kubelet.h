/* What stands for the controllers and kubelets of a real cluster (--kubelet): a short while after a workload was
 * written its status says that it is done. No pods are made for workloads; pods that a client makes run at once. */
#ifndef CONTRIB_APISERVER_KUBELET_H
#define CONTRIB_APISERVER_KUBELET_H

#include "contrib/apiserver/state.h"

kubelet_t *kubelet_create(void);
void kubelet_destroy(kubelet_t *k);
void kubelet_event(apiserver_t *s, const event_t *e);

#endif
