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
    " optional#5?:*bool path#4:string",
    "ComponentCondition type:string status:string message?:string error?:string",
    "ComponentStatus metadata?:ObjectMeta conditions?:[]ComponentCondition@type~type",
    "ConfigMap metadata?:ObjectMeta immutable#4?:*bool data#2?:{}string binaryData?:{}bytes",
    "ConfigMapEnvSource name#1.1?:string optional?:*bool",
    "ConfigMapKeySelector %atomic name#1.1?:string key:string optional?:*bool",
    "ConfigMapNodeConfigSource namespace:string name:string uid?:string resourceVersion?:string"
    " kubeletConfigKey:string",
    "ConfigMapProjection name#1.1?:string items?:[]KeyToPath optional#4?:*bool",
    "ConfigMapVolumeSource name#1.1?:string items?:[]KeyToPath defaultMode?:*int32 optional?:*bool",
    "Container name:string image?:string command?:[]string args?:[]string workingDir?:string"
    " ports?:[]ContainerPort@containerPort,protocol~containerPort envFrom#19?:[]EnvFromSource"
    " env#7?:[]EnvVar@name~name resources?:ResourceRequirements resizePolicy#23?:[]ContainerResizePolicy"
    " restartPolicy?:*string volumeMounts#9?:[]VolumeMount@mountPath~mountPath"
    " volumeDevices#21?:[]VolumeDevice@devicePath~devicePath livenessProbe#10?:*Probe readinessProbe?:*Probe"
    " startupProbe#22?:*Probe lifecycle#12?:*Lifecycle terminationMessagePath?:string"
    " terminationMessagePolicy#20?:string imagePullPolicy#14?:string securityContext?:*SecurityContext"
    " stdin?:bool stdinOnce?:bool tty?:bool",
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
    "EndpointAddress %atomic ip:string hostname#3?:string nodeName?:*string targetRef#2?:*ObjectReference",
    "EndpointPort %atomic name?:string port:int32 protocol?:string appProtocol?:*string",
    "EndpointSubset addresses?:[]EndpointAddress notReadyAddresses?:[]EndpointAddress ports?:[]EndpointPort",
    "Endpoints metadata?:ObjectMeta subsets?:[]EndpointSubset",
    "EnvFromSource prefix?:string configMapRef?:*ConfigMapEnvSource secretRef?:*SecretEnvSource",
    "EnvVar name:string value?:string valueFrom?:*EnvVarSource",
    "EnvVarSource fieldRef?:*ObjectFieldSelector resourceFieldRef?:*ResourceFieldSelector"
    " configMapKeyRef?:*ConfigMapKeySelector secretKeyRef?:*SecretKeySelector",
    "EphemeralContainer name#1.1:string image#1.2?:string command#1.3?:[]string args#1.4?:[]string"
    " workingDir#1.5?:string ports#1.6?:[]ContainerPort@containerPort,protocol~containerPort"
    " envFrom#1.19?:[]EnvFromSource env#1.7?:[]EnvVar@name~name resources#1.8?:ResourceRequirements"
    " resizePolicy#1.23?:[]ContainerResizePolicy restartPolicy#1.24?:*string"
    " volumeMounts#1.9?:[]VolumeMount@mountPath~mountPath"
    " volumeDevices#1.21?:[]VolumeDevice@devicePath~devicePath livenessProbe#1.10?:*Probe"
    " readinessProbe#1.11?:*Probe startupProbe#1.22?:*Probe lifecycle#1.12?:*Lifecycle"
    " terminationMessagePath#1.13?:string terminationMessagePolicy#1.20?:string imagePullPolicy#1.14?:string"
    " securityContext#1.15?:*SecurityContext stdin#1.16?:bool stdinOnce#1.17?:bool tty#1.18?:bool"
    " targetContainerName?:string",
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
    " fsType?:string readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession#11?:bool"
    " secretRef#10?:*SecretReference initiatorName#12?:*string",
    "ISCSIVolumeSource targetPortal:string iqn:string lun:int32 iscsiInterface?:string fsType?:string"
    " readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession#11?:bool"
    " secretRef#10?:*LocalObjectReference initiatorName#12?:*string",
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
    "NamespaceCondition type:string status:string lastTransitionTime#4?:time reason?:string message?:string",
    "NamespaceSpec finalizers?:[]string",
    "NamespaceStatus phase?:string conditions?:[]NamespaceCondition@type~type",
    "Node metadata?:ObjectMeta spec?:NodeSpec status?:NodeStatus",
    "NodeAddress type:string address:string",
    "NodeAffinity requiredDuringSchedulingIgnoredDuringExecution?:*NodeSelector"
    " preferredDuringSchedulingIgnoredDuringExecution?:[]PreferredSchedulingTerm",
    "NodeCondition type:string status:string lastHeartbeatTime?:time lastTransitionTime?:time reason?:string"
    " message?:string",
    "NodeConfigSource configMap#2?:*ConfigMapNodeConfigSource",
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
    "NodeSpec podCIDR?:string podCIDRs#7?:[]string@set~. providerID#3?:string unschedulable?:bool"
    " taints?:[]Taint configSource?:*NodeConfigSource externalID#2?:string",
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
    "PersistentVolumeClaim kind?:string apiVersion?:string metadata#1?:ObjectMeta"
    " spec?:PersistentVolumeClaimSpec status?:PersistentVolumeClaimStatus",
    "PersistentVolumeClaimCondition type:string status:string lastProbeTime?:time lastTransitionTime?:time"
    " reason?:string message?:string",
    "PersistentVolumeClaimSpec accessModes?:[]string selector#4?:*LabelSelector"
    " resources#2?:VolumeResourceRequirements volumeName?:string storageClassName#5?:*string"
    " volumeMode?:*string dataSource?:*TypedLocalObjectReference dataSourceRef?:*TypedObjectReference"
    " volumeAttributesClassName?:*string",
    "PersistentVolumeClaimStatus phase?:string accessModes?:[]string capacity?:{}quantity"
    " conditions?:[]PersistentVolumeClaimCondition@type~type allocatedResources?:{}quantity"
    " allocatedResourceStatuses#7?:{}string currentVolumeAttributesClassName?:*string"
    " modifyVolumeStatus?:*ModifyVolumeStatus",
    "PersistentVolumeClaimTemplate metadata?:ObjectMeta spec:PersistentVolumeClaimSpec",
    "PersistentVolumeClaimVolumeSource claimName:string readOnly?:bool",
    "PersistentVolumeSpec capacity?:{}quantity gcePersistentDisk#2.1?:*GCEPersistentDiskVolumeSource"
    " awsElasticBlockStore#2.2?:*AWSElasticBlockStoreVolumeSource hostPath#2.3?:*HostPathVolumeSource"
    " glusterfs#2.4?:*GlusterfsPersistentVolumeSource nfs#2.5?:*NFSVolumeSource"
    " rbd#2.6?:*RBDPersistentVolumeSource iscsi#2.7?:*ISCSIPersistentVolumeSource"
    " cinder#2.8?:*CinderPersistentVolumeSource cephfs#2.9?:*CephFSPersistentVolumeSource"
    " fc#2.10?:*FCVolumeSource flocker#2.11?:*FlockerVolumeSource"
    " flexVolume#2.12?:*FlexPersistentVolumeSource azureFile#2.13?:*AzureFilePersistentVolumeSource"
    " vsphereVolume#2.14?:*VsphereVirtualDiskVolumeSource quobyte#2.15?:*QuobyteVolumeSource"
    " azureDisk#2.16?:*AzureDiskVolumeSource photonPersistentDisk#2.17?:*PhotonPersistentDiskVolumeSource"
    " portworxVolume#2.18?:*PortworxVolumeSource scaleIO#2.19?:*ScaleIOPersistentVolumeSource"
    " local#2.20?:*LocalVolumeSource storageos#2.21?:*StorageOSPersistentVolumeSource"
    " csi#2.22?:*CSIPersistentVolumeSource accessModes?:[]string claimRef?:*ObjectReference"
    " persistentVolumeReclaimPolicy?:string storageClassName?:string mountOptions?:[]string"
    " volumeMode?:*string nodeAffinity?:*VolumeNodeAffinity volumeAttributesClassName?:*string",
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
    "PodResourceClaim name:string resourceClaimName#3?:*string resourceClaimTemplateName?:*string",
    "PodResourceClaimStatus name:string resourceClaimName?:*string",
    "PodSchedulingGate name:string",
    "PodSecurityContext seLinuxOptions?:*SELinuxOptions windowsOptions#8?:*WindowsSecurityContextOptions"
    " runAsUser#2?:*int64 runAsGroup#6?:*int64 runAsNonRoot#3?:*bool supplementalGroups?:[]int64"
    " supplementalGroupsPolicy#12?:*string fsGroup#5?:*int64 sysctls#7?:[]Sysctl"
    " fsGroupChangePolicy#9?:*string seccompProfile?:*SeccompProfile appArmorProfile?:*AppArmorProfile"
    " seLinuxChangePolicy#13?:*string",
    "PodSpec volumes?:[]Volume@name~name~! initContainers#20?:[]Container@name~name"
    " containers#2:[]Container@name~name ephemeralContainers#34?:[]EphemeralContainer@name~name"
    " restartPolicy#3?:string terminationGracePeriodSeconds?:*int64 activeDeadlineSeconds?:*int64"
    " dnsPolicy?:string nodeSelector?:{}string@atomic serviceAccountName?:string serviceAccount?:string"
    " automountServiceAccountToken#21?:*bool nodeName#10?:string hostNetwork?:bool hostPID?:bool"
    " hostIPC?:bool shareProcessNamespace#27?:*bool securityContext#14?:*PodSecurityContext"
    " imagePullSecrets?:[]LocalObjectReference@name~name hostname?:string subdomain?:string"
    " affinity?:*Affinity schedulerName?:string tolerations#22?:[]Toleration hostAliases?:[]HostAlias@ip~ip"
    " priorityClassName?:string priority?:*int32 dnsConfig?:*PodDNSConfig"
    " readinessGates#28?:[]PodReadinessGate runtimeClassName?:*string enableServiceLinks?:*bool"
    " preemptionPolicy?:*string overhead?:{}quantity"
    " topologySpreadConstraints?:[]TopologySpreadConstraint@topologyKey,whenUnsatisfiable~topologyKey"
    " setHostnameAsFQDN#35?:*bool os?:*PodOS hostUsers?:*bool schedulingGates?:[]PodSchedulingGate@name~name"
    " resourceClaims?:[]PodResourceClaim@name~name~! resources?:*ResourceRequirements",
    "PodStatus phase?:string conditions?:[]PodCondition@type~type message?:string reason?:string"
    " nominatedNodeName#11?:string hostIP#5?:string hostIPs#16?:[]HostIP~ip podIP#6?:string"
    " podIPs#12?:[]PodIP@ip~ip startTime#7?:*time initContainerStatuses#10?:[]ContainerStatus"
    " containerStatuses#8?:[]ContainerStatus qosClass?:string"
    " ephemeralContainerStatuses#13?:[]ContainerStatus resize?:string"
    " resourceClaimStatuses?:[]PodResourceClaimStatus@name~name~!",
    "PodTemplate metadata?:ObjectMeta template?:PodTemplateSpec",
    "PodTemplateSpec metadata?:ObjectMeta spec?:PodSpec",
    "PortStatus port:int32 protocol:string error?:*string",
    "PortworxVolumeSource volumeID:string fsType?:string readOnly?:bool",
    "PreferredSchedulingTerm weight:int32 preference:NodeSelectorTerm",
    "Probe exec#1.1?:*ExecAction httpGet#1.2?:*HTTPGetAction tcpSocket#1.3?:*TCPSocketAction"
    " grpc#1.4?:*GRPCAction initialDelaySeconds?:int32 timeoutSeconds?:int32 periodSeconds?:int32"
    " successThreshold?:int32 failureThreshold?:int32 terminationGracePeriodSeconds?:*int64",
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
    "ReplicationControllerSpec replicas?:*int32 minReadySeconds#4?:int32 selector#2?:{}string@atomic"
    " template?:*PodTemplateSpec",
    "ReplicationControllerStatus replicas:int32 fullyLabeledReplicas?:int32 readyReplicas#4?:int32"
    " availableReplicas?:int32 observedGeneration#3?:int64"
    " conditions#6?:[]ReplicationControllerCondition@type~type",
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
    "Secret metadata?:ObjectMeta immutable#5?:*bool data#2?:{}bytes stringData#4?:{}string type#3?:string",
    "SecretEnvSource name#1.1?:string optional?:*bool",
    "SecretKeySelector %atomic name#1.1?:string key:string optional?:*bool",
    "SecretProjection name#1.1?:string items?:[]KeyToPath optional#4?:*bool",
    "SecretReference %atomic name?:string namespace?:string",
    "SecretVolumeSource secretName?:string items?:[]KeyToPath defaultMode?:*int32 optional?:*bool",
    "SecurityContext capabilities?:*Capabilities privileged?:*bool seLinuxOptions?:*SELinuxOptions"
    " windowsOptions#10?:*WindowsSecurityContextOptions runAsUser#4?:*int64 runAsGroup#8?:*int64"
    " runAsNonRoot#5?:*bool readOnlyRootFilesystem?:*bool allowPrivilegeEscalation?:*bool"
    " procMount#9?:*string seccompProfile#11?:*SeccompProfile appArmorProfile?:*AppArmorProfile",
    "Service metadata?:ObjectMeta spec?:ServiceSpec status?:ServiceStatus",
    "ServiceAccount metadata?:ObjectMeta secrets?:[]ObjectReference@name~name"
    " imagePullSecrets?:[]LocalObjectReference automountServiceAccountToken?:*bool",
    "ServiceAccountTokenProjection audience?:string expirationSeconds?:*int64 path:string",
    "ServicePort name?:string protocol?:string appProtocol#6?:*string port#3:int32 targetPort?:intstr"
    " nodePort?:int32",
    "ServiceSpec ports?:[]ServicePort@port,protocol~port selector?:{}string@atomic clusterIP?:string"
    " clusterIPs#18?:[]string type#4?:string externalIPs?:[]string sessionAffinity#7?:string"
    " loadBalancerIP?:string loadBalancerSourceRanges?:[]string externalName?:string"
    " externalTrafficPolicy?:string healthCheckNodePort?:int32 publishNotReadyAddresses?:bool"
    " sessionAffinityConfig?:*SessionAffinityConfig ipFamilies#19?:[]string ipFamilyPolicy#17?:*string"
    " allocateLoadBalancerNodePorts#20?:*bool loadBalancerClass?:*string internalTrafficPolicy?:*string"
    " trafficDistribution?:*string",
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
    "Volume name:string hostPath#2.1?:*HostPathVolumeSource emptyDir#2.2?:*EmptyDirVolumeSource"
    " gcePersistentDisk#2.3?:*GCEPersistentDiskVolumeSource"
    " awsElasticBlockStore#2.4?:*AWSElasticBlockStoreVolumeSource gitRepo#2.5?:*GitRepoVolumeSource"
    " secret#2.6?:*SecretVolumeSource nfs#2.7?:*NFSVolumeSource iscsi#2.8?:*ISCSIVolumeSource"
    " glusterfs#2.9?:*GlusterfsVolumeSource persistentVolumeClaim#2.10?:*PersistentVolumeClaimVolumeSource"
    " rbd#2.11?:*RBDVolumeSource flexVolume#2.12?:*FlexVolumeSource cinder#2.13?:*CinderVolumeSource"
    " cephfs#2.14?:*CephFSVolumeSource flocker#2.15?:*FlockerVolumeSource"
    " downwardAPI#2.16?:*DownwardAPIVolumeSource fc#2.17?:*FCVolumeSource"
    " azureFile#2.18?:*AzureFileVolumeSource configMap#2.19?:*ConfigMapVolumeSource"
    " vsphereVolume#2.20?:*VsphereVirtualDiskVolumeSource quobyte#2.21?:*QuobyteVolumeSource"
    " azureDisk#2.22?:*AzureDiskVolumeSource photonPersistentDisk#2.23?:*PhotonPersistentDiskVolumeSource"
    " projected#2.26?:*ProjectedVolumeSource portworxVolume#2.24?:*PortworxVolumeSource"
    " scaleIO#2.25?:*ScaleIOVolumeSource storageos#2.27?:*StorageOSVolumeSource csi#2.28?:*CSIVolumeSource"
    " ephemeral#2.29?:*EphemeralVolumeSource image#2.30?:*ImageVolumeSource",
    "VolumeDevice name:string devicePath:string",
    "VolumeMount name:string readOnly?:bool recursiveReadOnly#7?:*string mountPath#3:string subPath?:string"
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
