/* The fields of the core group's types: see types.h for the notation. One line of text a type. */
#include "contrib/apiserver/types.h"

const char *const types_core[] = {
    /* core */
    "AWSElasticBlockStoreVolumeSource volumeID:string fsType?:string partition?:int32 readOnly?:bool",
    "Affinity nodeAffinity?:*NodeAffinity podAffinity?:*PodAffinity podAntiAffinity?:*PodAntiAffinity",
    "AppArmorProfile type:string localhostProfile?:*string",
    "AttachedVolume name:string devicePath:string",
    "AzureDiskVolumeSource diskName:string diskURI:string cachingMode?:*string fsType?:*string"
    " readOnly?:*bool kind?:*string",
    "AzureFilePersistentVolumeSource secretName:string shareName:string readOnly?:bool"
    " secretNamespace:*string",
    "AzureFileVolumeSource secretName:string shareName:string readOnly?:bool",
    "Binding metadata?:ObjectMeta target:ObjectReference",
    "CSIPersistentVolumeSource driver:string volumeHandle:string readOnly?:bool fsType?:string"
    " volumeAttributes?:{}string controllerPublishSecretRef?:*SecretReference"
    " nodeStageSecretRef?:*SecretReference nodePublishSecretRef?:*SecretReference"
    " controllerExpandSecretRef?:*SecretReference nodeExpandSecretRef?:*SecretReference",
    "CSIVolumeSource driver:string readOnly?:*bool fsType?:*string volumeAttributes?:{}string"
    " nodePublishSecretRef?:*LocalObjectReference",
    "Capabilities add?:[]string drop?:[]string",
    "CephFSPersistentVolumeSource monitors:[]string path?:string user?:string secretFile?:string"
    " secretRef?:*SecretReference readOnly?:bool",
    "CephFSVolumeSource monitors:[]string path?:string user?:string secretFile?:string"
    " secretRef?:*LocalObjectReference readOnly?:bool",
    "CinderPersistentVolumeSource volumeID:string fsType?:string readOnly?:bool secretRef?:*SecretReference",
    "CinderVolumeSource volumeID:string fsType?:string readOnly?:bool secretRef?:*LocalObjectReference",
    "ClientIPConfig timeoutSeconds?:*int32",
    "ClusterTrustBundleProjection name?:*string signerName?:*string labelSelector?:*LabelSelector"
    " optional?:*bool path:string",
    "ComponentCondition type:string status:string message?:string error?:string",
    "ComponentStatus metadata?:ObjectMeta conditions?:[]ComponentCondition@type~type",
    "ConfigMap metadata?:ObjectMeta immutable?:*bool data?:{}string binaryData?:{}bytes",
    "ConfigMapEnvSource name?:string optional?:*bool",
    "ConfigMapKeySelector %atomic name?:string key:string optional?:*bool",
    "ConfigMapNodeConfigSource namespace:string name:string uid?:string resourceVersion?:string"
    " kubeletConfigKey:string",
    "ConfigMapProjection name?:string items?:[]KeyToPath optional?:*bool",
    "ConfigMapVolumeSource name?:string items?:[]KeyToPath defaultMode?:*int32 optional?:*bool",
    "Container name:string image?:string command?:[]string args?:[]string workingDir?:string"
    " ports?:[]ContainerPort@containerPort,protocol~containerPort envFrom?:[]EnvFromSource"
    " env?:[]EnvVar@name~name resources?:ResourceRequirements resizePolicy?:[]ContainerResizePolicy"
    " restartPolicy?:*string volumeMounts?:[]VolumeMount@mountPath~mountPath"
    " volumeDevices?:[]VolumeDevice@devicePath~devicePath livenessProbe?:*Probe readinessProbe?:*Probe"
    " startupProbe?:*Probe lifecycle?:*Lifecycle terminationMessagePath?:string"
    " terminationMessagePolicy?:string imagePullPolicy?:string securityContext?:*SecurityContext stdin?:bool"
    " stdinOnce?:bool tty?:bool",
    "ContainerImage names:[]string sizeBytes?:int64",
    "ContainerPort name?:string hostPort?:int32 containerPort:int32 protocol?:string hostIP?:string",
    "ContainerResizePolicy resourceName:string restartPolicy:string",
    "ContainerState waiting?:*ContainerStateWaiting running?:*ContainerStateRunning"
    " terminated?:*ContainerStateTerminated",
    "ContainerStateRunning startedAt?:time",
    "ContainerStateTerminated exitCode:int32 signal?:int32 reason?:string message?:string startedAt?:time"
    " finishedAt?:time containerID?:string",
    "ContainerStateWaiting reason?:string message?:string",
    "ContainerStatus name:string state?:ContainerState lastState?:ContainerState ready:bool"
    " restartCount:int32 image:string imageID:string containerID?:string started?:*bool"
    " allocatedResources?:{}quantity resources?:*ResourceRequirements"
    " volumeMounts?:[]VolumeMountStatus@mountPath~mountPath user?:*ContainerUser"
    " allocatedResourcesStatus?:[]ResourceStatus@name~name",
    "ContainerUser linux?:*LinuxContainerUser",
    "DaemonEndpoint Port:int32",
    "DownwardAPIProjection items?:[]DownwardAPIVolumeFile",
    "DownwardAPIVolumeFile path:string fieldRef?:*ObjectFieldSelector"
    " resourceFieldRef?:*ResourceFieldSelector mode?:*int32",
    "DownwardAPIVolumeSource items?:[]DownwardAPIVolumeFile defaultMode?:*int32",
    "EmptyDirVolumeSource medium?:string sizeLimit?:*quantity",
    "EndpointAddress %atomic ip:string hostname?:string nodeName?:*string targetRef?:*ObjectReference",
    "EndpointPort %atomic name?:string port:int32 protocol?:string appProtocol?:*string",
    "EndpointSubset addresses?:[]EndpointAddress notReadyAddresses?:[]EndpointAddress ports?:[]EndpointPort",
    "Endpoints metadata?:ObjectMeta subsets?:[]EndpointSubset",
    "EnvFromSource prefix?:string configMapRef?:*ConfigMapEnvSource secretRef?:*SecretEnvSource",
    "EnvVar name:string value?:string valueFrom?:*EnvVarSource",
    "EnvVarSource fieldRef?:*ObjectFieldSelector resourceFieldRef?:*ResourceFieldSelector"
    " configMapKeyRef?:*ConfigMapKeySelector secretKeyRef?:*SecretKeySelector",
    "EphemeralContainer name:string image?:string command?:[]string args?:[]string workingDir?:string"
    " ports?:[]ContainerPort@containerPort,protocol~containerPort envFrom?:[]EnvFromSource"
    " env?:[]EnvVar@name~name resources?:ResourceRequirements resizePolicy?:[]ContainerResizePolicy"
    " restartPolicy?:*string volumeMounts?:[]VolumeMount@mountPath~mountPath"
    " volumeDevices?:[]VolumeDevice@devicePath~devicePath livenessProbe?:*Probe readinessProbe?:*Probe"
    " startupProbe?:*Probe lifecycle?:*Lifecycle terminationMessagePath?:string"
    " terminationMessagePolicy?:string imagePullPolicy?:string securityContext?:*SecurityContext stdin?:bool"
    " stdinOnce?:bool tty?:bool targetContainerName?:string",
    "EphemeralVolumeSource volumeClaimTemplate?:*PersistentVolumeClaimTemplate",
    "Event metadata:ObjectMeta involvedObject:ObjectReference reason?:string message?:string"
    " source?:EventSource firstTimestamp?:time lastTimestamp?:time count?:int32 type?:string"
    " eventTime?:microtime series?:*EventSeries action?:string related?:*ObjectReference"
    " reportingComponent:string reportingInstance:string",
    "EventSeries count?:int32 lastObservedTime?:microtime",
    "EventSource component?:string host?:string",
    "ExecAction command?:[]string",
    "FCVolumeSource targetWWNs?:[]string lun?:*int32 fsType?:string readOnly?:bool wwids?:[]string",
    "FlexPersistentVolumeSource driver:string fsType?:string secretRef?:*SecretReference readOnly?:bool"
    " options?:{}string",
    "FlexVolumeSource driver:string fsType?:string secretRef?:*LocalObjectReference readOnly?:bool"
    " options?:{}string",
    "FlockerVolumeSource datasetName?:string datasetUUID?:string",
    "GCEPersistentDiskVolumeSource pdName:string fsType?:string partition?:int32 readOnly?:bool",
    "GRPCAction port:int32 service:*string",
    "GitRepoVolumeSource repository:string revision?:string directory?:string",
    "GlusterfsPersistentVolumeSource endpoints:string path:string readOnly?:bool endpointsNamespace?:*string",
    "GlusterfsVolumeSource endpoints:string path:string readOnly?:bool",
    "HTTPGetAction path?:string port:intstr host?:string scheme?:string httpHeaders?:[]HTTPHeader",
    "HTTPHeader name:string value:string",
    "HostAlias ip:string hostnames?:[]string",
    "HostIP ip:string",
    "HostPathVolumeSource path:string type?:*string",
    "ISCSIPersistentVolumeSource targetPortal:string iqn:string lun:int32 iscsiInterface?:string"
    " fsType?:string readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession?:bool"
    " secretRef?:*SecretReference initiatorName?:*string",
    "ISCSIVolumeSource targetPortal:string iqn:string lun:int32 iscsiInterface?:string fsType?:string"
    " readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession?:bool"
    " secretRef?:*LocalObjectReference initiatorName?:*string",
    "ImageVolumeSource reference?:string pullPolicy?:string",
    "KeyToPath key:string path:string mode?:*int32",
    "Lifecycle postStart?:*LifecycleHandler preStop?:*LifecycleHandler",
    "LifecycleHandler exec?:*ExecAction httpGet?:*HTTPGetAction tcpSocket?:*TCPSocketAction"
    " sleep?:*SleepAction",
    "LimitRange metadata?:ObjectMeta spec?:LimitRangeSpec",
    "LimitRangeItem type:string max?:{}quantity min?:{}quantity default?:{}quantity"
    " defaultRequest?:{}quantity maxLimitRequestRatio?:{}quantity",
    "LimitRangeSpec limits:[]LimitRangeItem",
    "LinuxContainerUser uid:int64 gid:int64 supplementalGroups?:[]int64",
    "LoadBalancerIngress ip?:string hostname?:string ipMode?:*string ports?:[]PortStatus",
    "LoadBalancerStatus ingress?:[]LoadBalancerIngress",
    "LocalObjectReference %atomic name?:string",
    "LocalVolumeSource path:string fsType?:*string",
    "ModifyVolumeStatus targetVolumeAttributesClassName?:string status:string",
    "NFSVolumeSource server:string path:string readOnly?:bool",
    "Namespace metadata?:ObjectMeta spec?:NamespaceSpec status?:NamespaceStatus",
    "NamespaceCondition type:string status:string lastTransitionTime?:time reason?:string message?:string",
    "NamespaceSpec finalizers?:[]string",
    "NamespaceStatus phase?:string conditions?:[]NamespaceCondition@type~type",
    "Node metadata?:ObjectMeta spec?:NodeSpec status?:NodeStatus",
    "NodeAddress type:string address:string",
    "NodeAffinity requiredDuringSchedulingIgnoredDuringExecution?:*NodeSelector"
    " preferredDuringSchedulingIgnoredDuringExecution?:[]PreferredSchedulingTerm",
    "NodeCondition type:string status:string lastHeartbeatTime?:time lastTransitionTime?:time reason?:string"
    " message?:string",
    "NodeConfigSource configMap?:*ConfigMapNodeConfigSource",
    "NodeConfigStatus assigned?:*NodeConfigSource active?:*NodeConfigSource lastKnownGood?:*NodeConfigSource"
    " error?:string",
    "NodeDaemonEndpoints kubeletEndpoint?:DaemonEndpoint",
    "NodeFeatures supplementalGroupsPolicy?:*bool",
    "NodeRuntimeHandler name:string features?:*NodeRuntimeHandlerFeatures",
    "NodeRuntimeHandlerFeatures recursiveReadOnlyMounts?:*bool userNamespaces?:*bool",
    "NodeSelector %atomic nodeSelectorTerms:[]NodeSelectorTerm",
    "NodeSelectorRequirement key:string operator:string values?:[]string",
    "NodeSelectorTerm %atomic matchExpressions?:[]NodeSelectorRequirement"
    " matchFields?:[]NodeSelectorRequirement",
    "NodeSpec podCIDR?:string podCIDRs?:[]string@set~. providerID?:string unschedulable?:bool taints?:[]Taint"
    " configSource?:*NodeConfigSource externalID?:string",
    "NodeStatus capacity?:{}quantity allocatable?:{}quantity phase?:string"
    " conditions?:[]NodeCondition@type~type addresses?:[]NodeAddress@type~type"
    " daemonEndpoints?:NodeDaemonEndpoints nodeInfo?:NodeSystemInfo images?:[]ContainerImage"
    " volumesInUse?:[]string volumesAttached?:[]AttachedVolume config?:*NodeConfigStatus"
    " runtimeHandlers?:[]NodeRuntimeHandler features?:*NodeFeatures",
    "NodeSystemInfo machineID:string systemUUID:string bootID:string kernelVersion:string osImage:string"
    " containerRuntimeVersion:string kubeletVersion:string kubeProxyVersion:string operatingSystem:string"
    " architecture:string",
    "ObjectFieldSelector %atomic apiVersion?:string fieldPath:string",
    "ObjectReference %atomic kind?:string namespace?:string name?:string uid?:string apiVersion?:string"
    " resourceVersion?:string fieldPath?:string",
    "PersistentVolume metadata?:ObjectMeta spec?:PersistentVolumeSpec status?:PersistentVolumeStatus",
    "PersistentVolumeClaim kind?:string apiVersion?:string metadata?:ObjectMeta spec?:PersistentVolumeClaimSpec"
    " status?:PersistentVolumeClaimStatus",
    "PersistentVolumeClaimCondition type:string status:string lastProbeTime?:time lastTransitionTime?:time"
    " reason?:string message?:string",
    "PersistentVolumeClaimSpec accessModes?:[]string selector?:*LabelSelector"
    " resources?:VolumeResourceRequirements volumeName?:string storageClassName?:*string volumeMode?:*string"
    " dataSource?:*TypedLocalObjectReference dataSourceRef?:*TypedObjectReference"
    " volumeAttributesClassName?:*string",
    "PersistentVolumeClaimStatus phase?:string accessModes?:[]string capacity?:{}quantity"
    " conditions?:[]PersistentVolumeClaimCondition@type~type allocatedResources?:{}quantity"
    " allocatedResourceStatuses?:{}string currentVolumeAttributesClassName?:*string"
    " modifyVolumeStatus?:*ModifyVolumeStatus",
    "PersistentVolumeClaimTemplate metadata?:ObjectMeta spec:PersistentVolumeClaimSpec",
    "PersistentVolumeClaimVolumeSource claimName:string readOnly?:bool",
    "PersistentVolumeSpec capacity?:{}quantity gcePersistentDisk?:*GCEPersistentDiskVolumeSource"
    " awsElasticBlockStore?:*AWSElasticBlockStoreVolumeSource hostPath?:*HostPathVolumeSource"
    " glusterfs?:*GlusterfsPersistentVolumeSource nfs?:*NFSVolumeSource rbd?:*RBDPersistentVolumeSource"
    " iscsi?:*ISCSIPersistentVolumeSource cinder?:*CinderPersistentVolumeSource"
    " cephfs?:*CephFSPersistentVolumeSource fc?:*FCVolumeSource flocker?:*FlockerVolumeSource"
    " flexVolume?:*FlexPersistentVolumeSource azureFile?:*AzureFilePersistentVolumeSource"
    " vsphereVolume?:*VsphereVirtualDiskVolumeSource quobyte?:*QuobyteVolumeSource"
    " azureDisk?:*AzureDiskVolumeSource photonPersistentDisk?:*PhotonPersistentDiskVolumeSource"
    " portworxVolume?:*PortworxVolumeSource scaleIO?:*ScaleIOPersistentVolumeSource local?:*LocalVolumeSource"
    " storageos?:*StorageOSPersistentVolumeSource csi?:*CSIPersistentVolumeSource accessModes?:[]string"
    " claimRef?:*ObjectReference persistentVolumeReclaimPolicy?:string storageClassName?:string"
    " mountOptions?:[]string volumeMode?:*string nodeAffinity?:*VolumeNodeAffinity"
    " volumeAttributesClassName?:*string",
    "PersistentVolumeStatus phase?:string message?:string reason?:string lastPhaseTransitionTime?:*time",
    "PhotonPersistentDiskVolumeSource pdID:string fsType?:string",
    "Pod metadata?:ObjectMeta spec?:PodSpec status?:PodStatus",
    "PodAffinity requiredDuringSchedulingIgnoredDuringExecution?:[]PodAffinityTerm"
    " preferredDuringSchedulingIgnoredDuringExecution?:[]WeightedPodAffinityTerm",
    "PodAffinityTerm labelSelector?:*LabelSelector namespaces?:[]string topologyKey:string"
    " namespaceSelector?:*LabelSelector matchLabelKeys?:[]string mismatchLabelKeys?:[]string",
    "PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution?:[]PodAffinityTerm"
    " preferredDuringSchedulingIgnoredDuringExecution?:[]WeightedPodAffinityTerm",
    "PodCondition type:string status:string lastProbeTime?:time lastTransitionTime?:time reason?:string"
    " message?:string",
    "PodDNSConfig nameservers?:[]string searches?:[]string options?:[]PodDNSConfigOption",
    "PodDNSConfigOption name?:string value?:*string",
    "PodIP ip:string",
    "PodOS name:string",
    "PodReadinessGate conditionType:string",
    "PodResourceClaim name:string resourceClaimName?:*string resourceClaimTemplateName?:*string",
    "PodResourceClaimStatus name:string resourceClaimName?:*string",
    "PodSchedulingGate name:string",
    "PodSecurityContext seLinuxOptions?:*SELinuxOptions windowsOptions?:*WindowsSecurityContextOptions"
    " runAsUser?:*int64 runAsGroup?:*int64 runAsNonRoot?:*bool supplementalGroups?:[]int64"
    " supplementalGroupsPolicy?:*string fsGroup?:*int64 sysctls?:[]Sysctl fsGroupChangePolicy?:*string"
    " seccompProfile?:*SeccompProfile appArmorProfile?:*AppArmorProfile seLinuxChangePolicy?:*string",
    "PodSpec volumes?:[]Volume@name~name~! initContainers?:[]Container@name~name"
    " containers:[]Container@name~name ephemeralContainers?:[]EphemeralContainer@name~name"
    " restartPolicy?:string terminationGracePeriodSeconds?:*int64 activeDeadlineSeconds?:*int64"
    " dnsPolicy?:string nodeSelector?:{}string@atomic serviceAccountName?:string serviceAccount?:string"
    " automountServiceAccountToken?:*bool nodeName?:string hostNetwork?:bool hostPID?:bool hostIPC?:bool"
    " shareProcessNamespace?:*bool securityContext?:*PodSecurityContext"
    " imagePullSecrets?:[]LocalObjectReference@name~name hostname?:string subdomain?:string"
    " affinity?:*Affinity schedulerName?:string tolerations?:[]Toleration hostAliases?:[]HostAlias@ip~ip"
    " priorityClassName?:string priority?:*int32 dnsConfig?:*PodDNSConfig readinessGates?:[]PodReadinessGate"
    " runtimeClassName?:*string enableServiceLinks?:*bool preemptionPolicy?:*string overhead?:{}quantity"
    " topologySpreadConstraints?:[]TopologySpreadConstraint@topologyKey,whenUnsatisfiable~topologyKey"
    " setHostnameAsFQDN?:*bool os?:*PodOS hostUsers?:*bool schedulingGates?:[]PodSchedulingGate@name~name"
    " resourceClaims?:[]PodResourceClaim@name~name~! resources?:*ResourceRequirements",
    "PodStatus phase?:string conditions?:[]PodCondition@type~type message?:string reason?:string"
    " nominatedNodeName?:string hostIP?:string hostIPs?:[]HostIP~ip podIP?:string podIPs?:[]PodIP@ip~ip"
    " startTime?:*time initContainerStatuses?:[]ContainerStatus containerStatuses?:[]ContainerStatus"
    " qosClass?:string ephemeralContainerStatuses?:[]ContainerStatus resize?:string"
    " resourceClaimStatuses?:[]PodResourceClaimStatus@name~name~!",
    "PodTemplate metadata?:ObjectMeta template?:PodTemplateSpec",
    "PodTemplateSpec metadata?:ObjectMeta spec?:PodSpec",
    "PortStatus port:int32 protocol:string error?:*string",
    "PortworxVolumeSource volumeID:string fsType?:string readOnly?:bool",
    "PreferredSchedulingTerm weight:int32 preference:NodeSelectorTerm",
    "Probe exec?:*ExecAction httpGet?:*HTTPGetAction tcpSocket?:*TCPSocketAction grpc?:*GRPCAction"
    " initialDelaySeconds?:int32 timeoutSeconds?:int32 periodSeconds?:int32 successThreshold?:int32"
    " failureThreshold?:int32 terminationGracePeriodSeconds?:*int64",
    "ProjectedVolumeSource sources:[]VolumeProjection defaultMode?:*int32",
    "QuobyteVolumeSource registry:string volume:string readOnly?:bool user?:string group?:string"
    " tenant?:string",
    "RBDPersistentVolumeSource monitors:[]string image:string fsType?:string pool?:string user?:string"
    " keyring?:string secretRef?:*SecretReference readOnly?:bool",
    "RBDVolumeSource monitors:[]string image:string fsType?:string pool?:string user?:string keyring?:string"
    " secretRef?:*LocalObjectReference readOnly?:bool",
    "ReplicationController metadata?:ObjectMeta spec?:ReplicationControllerSpec"
    " status?:ReplicationControllerStatus",
    "ReplicationControllerCondition type:string status:string lastTransitionTime?:time reason?:string"
    " message?:string",
    "ReplicationControllerSpec replicas?:*int32 minReadySeconds?:int32 selector?:{}string@atomic"
    " template?:*PodTemplateSpec",
    "ReplicationControllerStatus replicas:int32 fullyLabeledReplicas?:int32 readyReplicas?:int32"
    " availableReplicas?:int32 observedGeneration?:int64"
    " conditions?:[]ReplicationControllerCondition@type~type",
    "ResourceClaim name:string request?:string",
    "ResourceFieldSelector %atomic containerName?:string resource:string divisor?:quantity",
    "ResourceHealth resourceID:string health?:string",
    "ResourceQuota metadata?:ObjectMeta spec?:ResourceQuotaSpec status?:ResourceQuotaStatus",
    "ResourceQuotaSpec hard?:{}quantity scopes?:[]string scopeSelector?:*ScopeSelector",
    "ResourceQuotaStatus hard?:{}quantity used?:{}quantity",
    "ResourceRequirements limits?:{}quantity requests?:{}quantity claims?:[]ResourceClaim@name",
    "ResourceStatus name:string resources?:[]ResourceHealth@resourceID",
    "SELinuxOptions user?:string role?:string type?:string level?:string",
    "ScaleIOPersistentVolumeSource gateway:string system:string secretRef:*SecretReference sslEnabled?:bool"
    " protectionDomain?:string storagePool?:string storageMode?:string volumeName?:string fsType?:string"
    " readOnly?:bool",
    "ScaleIOVolumeSource gateway:string system:string secretRef:*LocalObjectReference sslEnabled?:bool"
    " protectionDomain?:string storagePool?:string storageMode?:string volumeName?:string fsType?:string"
    " readOnly?:bool",
    "ScopeSelector %atomic matchExpressions?:[]ScopedResourceSelectorRequirement",
    "ScopedResourceSelectorRequirement scopeName:string operator:string values?:[]string",
    "SeccompProfile type:string localhostProfile?:*string",
    "Secret metadata?:ObjectMeta immutable?:*bool data?:{}bytes stringData?:{}string type?:string",
    "SecretEnvSource name?:string optional?:*bool",
    "SecretKeySelector %atomic name?:string key:string optional?:*bool",
    "SecretProjection name?:string items?:[]KeyToPath optional?:*bool",
    "SecretReference %atomic name?:string namespace?:string",
    "SecretVolumeSource secretName?:string items?:[]KeyToPath defaultMode?:*int32 optional?:*bool",
    "SecurityContext capabilities?:*Capabilities privileged?:*bool seLinuxOptions?:*SELinuxOptions"
    " windowsOptions?:*WindowsSecurityContextOptions runAsUser?:*int64 runAsGroup?:*int64 runAsNonRoot?:*bool"
    " readOnlyRootFilesystem?:*bool allowPrivilegeEscalation?:*bool procMount?:*string"
    " seccompProfile?:*SeccompProfile appArmorProfile?:*AppArmorProfile",
    "Service metadata?:ObjectMeta spec?:ServiceSpec status?:ServiceStatus",
    "ServiceAccount metadata?:ObjectMeta secrets?:[]ObjectReference@name~name"
    " imagePullSecrets?:[]LocalObjectReference automountServiceAccountToken?:*bool",
    "ServiceAccountTokenProjection audience?:string expirationSeconds?:*int64 path:string",
    "ServicePort name?:string protocol?:string appProtocol?:*string port:int32 targetPort?:intstr"
    " nodePort?:int32",
    "ServiceSpec ports?:[]ServicePort@port,protocol~port selector?:{}string@atomic clusterIP?:string"
    " clusterIPs?:[]string type?:string externalIPs?:[]string sessionAffinity?:string loadBalancerIP?:string"
    " loadBalancerSourceRanges?:[]string externalName?:string externalTrafficPolicy?:string"
    " healthCheckNodePort?:int32 publishNotReadyAddresses?:bool sessionAffinityConfig?:*SessionAffinityConfig"
    " ipFamilies?:[]string ipFamilyPolicy?:*string allocateLoadBalancerNodePorts?:*bool"
    " loadBalancerClass?:*string internalTrafficPolicy?:*string trafficDistribution?:*string",
    "ServiceStatus loadBalancer?:LoadBalancerStatus conditions?:[]Condition@type~type",
    "SessionAffinityConfig clientIP?:*ClientIPConfig",
    "SleepAction seconds:int64",
    "StorageOSPersistentVolumeSource volumeName?:string volumeNamespace?:string fsType?:string readOnly?:bool"
    " secretRef?:*ObjectReference",
    "StorageOSVolumeSource volumeName?:string volumeNamespace?:string fsType?:string readOnly?:bool"
    " secretRef?:*LocalObjectReference",
    "Sysctl name:string value:string",
    "TCPSocketAction port:intstr host?:string",
    "Taint key:string value?:string effect:string timeAdded?:*time",
    "Toleration key?:string operator?:string value?:string effect?:string tolerationSeconds?:*int64",
    "TopologySelectorLabelRequirement key:string values:[]string",
    "TopologySelectorTerm %atomic matchLabelExpressions?:[]TopologySelectorLabelRequirement",
    "TopologySpreadConstraint maxSkew:int32 topologyKey:string whenUnsatisfiable:string"
    " labelSelector?:*LabelSelector minDomains?:*int32 nodeAffinityPolicy?:*string nodeTaintsPolicy?:*string"
    " matchLabelKeys?:[]string",
    "TypedLocalObjectReference %atomic apiGroup:*string kind:string name:string",
    "TypedObjectReference apiGroup:*string kind:string name:string namespace?:*string",
    "Volume name:string hostPath?:*HostPathVolumeSource emptyDir?:*EmptyDirVolumeSource"
    " gcePersistentDisk?:*GCEPersistentDiskVolumeSource"
    " awsElasticBlockStore?:*AWSElasticBlockStoreVolumeSource gitRepo?:*GitRepoVolumeSource"
    " secret?:*SecretVolumeSource nfs?:*NFSVolumeSource iscsi?:*ISCSIVolumeSource"
    " glusterfs?:*GlusterfsVolumeSource persistentVolumeClaim?:*PersistentVolumeClaimVolumeSource"
    " rbd?:*RBDVolumeSource flexVolume?:*FlexVolumeSource cinder?:*CinderVolumeSource"
    " cephfs?:*CephFSVolumeSource flocker?:*FlockerVolumeSource downwardAPI?:*DownwardAPIVolumeSource"
    " fc?:*FCVolumeSource azureFile?:*AzureFileVolumeSource configMap?:*ConfigMapVolumeSource"
    " vsphereVolume?:*VsphereVirtualDiskVolumeSource quobyte?:*QuobyteVolumeSource"
    " azureDisk?:*AzureDiskVolumeSource photonPersistentDisk?:*PhotonPersistentDiskVolumeSource"
    " projected?:*ProjectedVolumeSource portworxVolume?:*PortworxVolumeSource scaleIO?:*ScaleIOVolumeSource"
    " storageos?:*StorageOSVolumeSource csi?:*CSIVolumeSource ephemeral?:*EphemeralVolumeSource"
    " image?:*ImageVolumeSource",
    "VolumeDevice name:string devicePath:string",
    "VolumeMount name:string readOnly?:bool recursiveReadOnly?:*string mountPath:string subPath?:string"
    " mountPropagation?:*string subPathExpr?:string",
    "VolumeMountStatus name:string mountPath:string readOnly?:bool recursiveReadOnly?:*string",
    "VolumeNodeAffinity required?:*NodeSelector",
    "VolumeProjection secret?:*SecretProjection downwardAPI?:*DownwardAPIProjection"
    " configMap?:*ConfigMapProjection serviceAccountToken?:*ServiceAccountTokenProjection"
    " clusterTrustBundle?:*ClusterTrustBundleProjection",
    "VolumeResourceRequirements limits?:{}quantity requests?:{}quantity",
    "VsphereVirtualDiskVolumeSource volumePath:string fsType?:string storagePolicyName?:string"
    " storagePolicyID?:string",
    "WeightedPodAffinityTerm weight:int32 podAffinityTerm:PodAffinityTerm",
    "WindowsSecurityContextOptions gmsaCredentialSpecName?:*string gmsaCredentialSpec?:*string"
    " runAsUserName?:*string hostProcess?:*bool",
    NULL,
};
