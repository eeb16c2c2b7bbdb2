/* The fields of the other groups' types: see types.h for the notation. One line of text a type. */
#include "contrib/apiserver/types.h"

const char *const types_other[] = {
    /* admissionregistration */
    "AdmServiceReference namespace:string name:string path?:*string port?:*int32",
    "AuditAnnotation key:string valueExpression:string",
    "ExpressionWarning fieldRef#2:string warning:string",
    "MatchCondition name:string expression:string",
    "MatchResources %atomic namespaceSelector?:*LabelSelector objectSelector?:*LabelSelector"
    " resourceRules?:[]NamedRuleWithOperations excludeResourceRules?:[]NamedRuleWithOperations"
    " matchPolicy#7?:*string",
    "MutatingWebhook name:string clientConfig:WebhookClientConfig rules?:[]RuleWithOperations"
    " failurePolicy?:*string matchPolicy#9?:*string namespaceSelector#5?:*LabelSelector"
    " objectSelector#11?:*LabelSelector sideEffects#6:*string timeoutSeconds?:*int32"
    " admissionReviewVersions:[]string reinvocationPolicy#10?:*string"
    " matchConditions#12?:[]MatchCondition@name~name",
    "MutatingWebhookConfiguration metadata?:ObjectMeta webhooks?:[]MutatingWebhook@name~name",
    "NamedRuleWithOperations %atomic resourceNames?:[]string operations#2.1?:[]string"
    " apiGroups#2.2.1?:[]string apiVersions#2.2.2?:[]string resources#2.2.3?:[]string scope#2.2.4?:*string",
    "ParamKind %atomic apiVersion?:string kind?:string",
    "ParamRef %atomic name?:string namespace?:string selector?:*LabelSelector"
    " parameterNotFoundAction?:*string",
    "RuleWithOperations operations?:[]string apiGroups#2.1?:[]string apiVersions#2.2?:[]string"
    " resources#2.3?:[]string scope#2.4?:*string",
    "TypeChecking expressionWarnings?:[]ExpressionWarning",
    "ValidatingAdmissionPolicy metadata?:ObjectMeta spec?:ValidatingAdmissionPolicySpec"
    " status?:ValidatingAdmissionPolicyStatus",
    "ValidatingAdmissionPolicyBinding metadata?:ObjectMeta spec?:ValidatingAdmissionPolicyBindingSpec",
    "ValidatingAdmissionPolicyBindingSpec policyName?:string paramRef?:*ParamRef"
    " matchResources?:*MatchResources validationActions?:[]string@set",
    "ValidatingAdmissionPolicySpec paramKind?:*ParamKind matchConstraints?:*MatchResources"
    " validations?:[]Validation failurePolicy?:*string auditAnnotations?:[]AuditAnnotation"
    " matchConditions?:[]MatchCondition@name~name variables?:[]Variable@name~name",
    "ValidatingAdmissionPolicyStatus observedGeneration?:int64 typeChecking?:*TypeChecking"
    " conditions?:[]Condition@type",
    "ValidatingWebhook name:string clientConfig:WebhookClientConfig rules?:[]RuleWithOperations"
    " failurePolicy?:*string matchPolicy#9?:*string namespaceSelector#5?:*LabelSelector"
    " objectSelector#10?:*LabelSelector sideEffects#6:*string timeoutSeconds?:*int32"
    " admissionReviewVersions:[]string matchConditions#11?:[]MatchCondition@name~name",
    "ValidatingWebhookConfiguration metadata?:ObjectMeta webhooks?:[]ValidatingWebhook@name~name",
    "Validation expression:string message?:string reason?:*string messageExpression?:string",
    "Variable %atomic name:string expression:string",
    "WebhookClientConfig url#3?:*string service#1?:*AdmServiceReference caBundle?:bytes",
    /* apiextensions */
    "XCustomResourceColumnDefinition name:string type:string format?:string description?:string"
    " priority?:int32 jsonPath:string",
    "XCustomResourceConversion strategy:string webhook?:*XWebhookConversion",
    "XCustomResourceDefinition metadata?:ObjectMeta spec:XCustomResourceDefinitionSpec"
    " status?:XCustomResourceDefinitionStatus",
    "XCustomResourceDefinitionCondition type:string status:string lastTransitionTime?:time reason?:string"
    " message?:string",
    "XCustomResourceDefinitionNames plural:string singular?:string shortNames?:[]string kind:string"
    " listKind?:string categories?:[]string",
    "XCustomResourceDefinitionSpec group:string names#3:XCustomResourceDefinitionNames scope:string"
    " versions#7:[]XCustomResourceDefinitionVersion conversion#9?:*XCustomResourceConversion"
    " preserveUnknownFields?:bool",
    "XCustomResourceDefinitionStatus conditions:[]XCustomResourceDefinitionCondition@type"
    " acceptedNames:XCustomResourceDefinitionNames storedVersions:[]string",
    "XCustomResourceDefinitionVersion name:string served:bool storage:bool deprecated#7?:bool"
    " deprecationWarning?:*string schema#4?:*XCustomResourceValidation"
    " subresources?:*XCustomResourceSubresources additionalPrinterColumns?:[]XCustomResourceColumnDefinition"
    " selectableFields#9?:[]XSelectableField",
    "XCustomResourceSubresourceScale specReplicasPath:string statusReplicasPath:string"
    " labelSelectorPath?:*string",
    "XCustomResourceSubresourceStatus",
    "XCustomResourceSubresources status?:*XCustomResourceSubresourceStatus"
    " scale?:*XCustomResourceSubresourceScale",
    "XCustomResourceValidation openAPIV3Schema?:*any",
    "XSelectableField jsonPath:string",
    "XServiceReference namespace:string name:string path?:*string port?:*int32",
    "XWebhookClientConfig url#3?:*string service#1?:*XServiceReference caBundle?:bytes",
    "XWebhookConversion clientConfig#2?:*XWebhookClientConfig conversionReviewVersions:[]string",
    /* apps */
    "ControllerRevision metadata?:ObjectMeta data?:any revision:int64",
    "DaemonSet metadata?:ObjectMeta spec?:DaemonSetSpec status?:DaemonSetStatus",
    "DaemonSetCondition type:string status:string lastTransitionTime?:time reason?:string message?:string",
    "DaemonSetSpec selector:*LabelSelector template:PodTemplateSpec updateStrategy?:DaemonSetUpdateStrategy"
    " minReadySeconds?:int32 revisionHistoryLimit#6?:*int32",
    "DaemonSetStatus currentNumberScheduled:int32 numberMisscheduled:int32 desiredNumberScheduled:int32"
    " numberReady:int32 observedGeneration?:int64 updatedNumberScheduled?:int32 numberAvailable?:int32"
    " numberUnavailable?:int32 collisionCount?:*int32 conditions?:[]DaemonSetCondition@type~type",
    "DaemonSetUpdateStrategy type?:string rollingUpdate?:*RollingUpdateDaemonSet",
    "Deployment metadata?:ObjectMeta spec?:DeploymentSpec status?:DeploymentStatus",
    "DeploymentCondition type:string status:string lastUpdateTime#6?:time lastTransitionTime?:time"
    " reason#4?:string message?:string",
    "DeploymentSpec replicas?:*int32 selector:*LabelSelector template:PodTemplateSpec"
    " strategy?:DeploymentStrategy~! minReadySeconds?:int32 revisionHistoryLimit?:*int32 paused?:bool"
    " progressDeadlineSeconds#9?:*int32",
    "DeploymentStatus observedGeneration?:int64 replicas?:int32 updatedReplicas?:int32 readyReplicas#7?:int32"
    " availableReplicas#4?:int32 unavailableReplicas?:int32 conditions?:[]DeploymentCondition@type~type"
    " collisionCount#8?:*int32",
    "DeploymentStrategy type?:string rollingUpdate?:*RollingUpdateDeployment",
    "ReplicaSet metadata?:ObjectMeta spec?:ReplicaSetSpec status?:ReplicaSetStatus",
    "ReplicaSetCondition type:string status:string lastTransitionTime?:time reason?:string message?:string",
    "ReplicaSetSpec replicas?:*int32 minReadySeconds#4?:int32 selector#2:*LabelSelector"
    " template?:PodTemplateSpec",
    "ReplicaSetStatus replicas:int32 fullyLabeledReplicas?:int32 readyReplicas#4?:int32"
    " availableReplicas?:int32 observedGeneration#3?:int64 conditions#6?:[]ReplicaSetCondition@type~type",
    "RollingUpdateDaemonSet maxUnavailable?:*intstr maxSurge?:*intstr",
    "RollingUpdateDeployment maxUnavailable?:*intstr maxSurge?:*intstr",
    "RollingUpdateStatefulSetStrategy partition?:*int32 maxUnavailable?:*intstr",
    "StatefulSet metadata?:ObjectMeta spec?:StatefulSetSpec status?:StatefulSetStatus",
    "StatefulSetCondition type:string status:string lastTransitionTime?:time reason?:string message?:string",
    "StatefulSetOrdinals start:int32",
    "StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted?:string whenScaled?:string",
    "StatefulSetSpec replicas?:*int32 selector:*LabelSelector template:PodTemplateSpec"
    " volumeClaimTemplates?:[]PersistentVolumeClaim serviceName:string podManagementPolicy?:string"
    " updateStrategy?:StatefulSetUpdateStrategy revisionHistoryLimit?:*int32 minReadySeconds?:int32"
    " persistentVolumeClaimRetentionPolicy?:*StatefulSetPersistentVolumeClaimRetentionPolicy"
    " ordinals?:*StatefulSetOrdinals",
    "StatefulSetStatus observedGeneration?:int64 replicas:int32 readyReplicas?:int32 currentReplicas?:int32"
    " updatedReplicas?:int32 currentRevision?:string updateRevision?:string collisionCount#9?:*int32"
    " conditions?:[]StatefulSetCondition@type~type availableReplicas:int32",
    "StatefulSetUpdateStrategy type?:string rollingUpdate?:*RollingUpdateStatefulSetStrategy",
    /* authentication */
    "BoundObjectReference kind?:string apiVersion?:string name?:string uid?:string",
    "SelfSubjectReview metadata?:ObjectMeta status?:SelfSubjectReviewStatus",
    "SelfSubjectReviewStatus userInfo?:UserInfo",
    "TokenRequest metadata?:ObjectMeta spec:TokenRequestSpec status?:TokenRequestStatus",
    "TokenRequestSpec audiences:[]string expirationSeconds#4:*int64 boundObjectRef#3:*BoundObjectReference",
    "TokenRequestStatus token:string expirationTimestamp:time",
    "TokenReview metadata?:ObjectMeta spec:TokenReviewSpec status?:TokenReviewStatus",
    "TokenReviewSpec token?:string audiences?:[]string",
    "TokenReviewStatus authenticated?:bool user?:UserInfo audiences#4?:[]string error#3?:string",
    "UserInfo username?:string uid?:string groups?:[]string extra?:{}[]string",
    /* authorization */
    "FieldSelectorAttributes rawSelector?:string requirements?:[]FieldSelectorRequirement",
    "LabelSelectorAttributes rawSelector?:string requirements?:[]LabelSelectorRequirement",
    "LocalSubjectAccessReview metadata?:ObjectMeta spec:SubjectAccessReviewSpec"
    " status?:SubjectAccessReviewStatus",
    "NonResourceAttributes path?:string verb?:string",
    "NonResourceRule verbs:[]string nonResourceURLs?:[]string",
    "ResourceAttributes namespace?:string verb?:string group?:string version?:string resource?:string"
    " subresource?:string name?:string fieldSelector?:*FieldSelectorAttributes"
    " labelSelector?:*LabelSelectorAttributes",
    "ResourceRule verbs:[]string apiGroups?:[]string resources?:[]string resourceNames?:[]string",
    "SelfSubjectAccessReview metadata?:ObjectMeta spec:SelfSubjectAccessReviewSpec"
    " status?:SubjectAccessReviewStatus",
    "SelfSubjectAccessReviewSpec resourceAttributes?:*ResourceAttributes"
    " nonResourceAttributes?:*NonResourceAttributes",
    "SelfSubjectRulesReview metadata?:ObjectMeta spec:SelfSubjectRulesReviewSpec"
    " status?:SubjectRulesReviewStatus",
    "SelfSubjectRulesReviewSpec namespace?:string",
    "SubjectAccessReview metadata?:ObjectMeta spec:SubjectAccessReviewSpec status?:SubjectAccessReviewStatus",
    "SubjectAccessReviewSpec resourceAttributes?:*ResourceAttributes"
    " nonResourceAttributes?:*NonResourceAttributes user?:string groups?:[]string extra?:{}[]string"
    " uid?:string",
    "SubjectAccessReviewStatus allowed:bool denied#4?:bool reason#2?:string evaluationError?:string",
    "SubjectRulesReviewStatus resourceRules:[]ResourceRule nonResourceRules:[]NonResourceRule incomplete:bool"
    " evaluationError?:string",
    /* autoscaling */
    "ContainerResourceMetricSource name:string target:MetricTarget container:string",
    "ContainerResourceMetricStatus name:string current:MetricValueStatus container:string",
    "CrossVersionObjectReference kind:string name:string apiVersion?:string",
    "ExternalMetricSource metric:MetricIdentifier target:MetricTarget",
    "ExternalMetricStatus metric:MetricIdentifier current:MetricValueStatus",
    "HPAScalingPolicy type:string value:int32 periodSeconds:int32",
    "HPAScalingRules stabilizationWindowSeconds#3?:*int32 selectPolicy#1?:*string"
    " policies?:[]HPAScalingPolicy",
    "HorizontalPodAutoscaler metadata?:ObjectMeta spec?:HorizontalPodAutoscalerSpec"
    " status?:HorizontalPodAutoscalerStatus",
    "HorizontalPodAutoscalerBehavior scaleUp?:*HPAScalingRules scaleDown?:*HPAScalingRules",
    "HorizontalPodAutoscalerCondition type:string status:string lastTransitionTime?:time reason?:string"
    " message?:string",
    "HorizontalPodAutoscalerSpec scaleTargetRef:CrossVersionObjectReference minReplicas?:*int32"
    " maxReplicas:int32 metrics?:[]MetricSpec behavior?:*HorizontalPodAutoscalerBehavior",
    "HorizontalPodAutoscalerStatus observedGeneration?:*int64 lastScaleTime?:*time currentReplicas?:int32"
    " desiredReplicas:int32 currentMetrics:[]MetricStatus"
    " conditions?:[]HorizontalPodAutoscalerCondition@type~type",
    "MetricIdentifier name:string selector?:*LabelSelector",
    "MetricSpec type:string object?:*ObjectMetricSource pods?:*PodsMetricSource"
    " resource?:*ResourceMetricSource containerResource#7?:*ContainerResourceMetricSource"
    " external#5?:*ExternalMetricSource",
    "MetricStatus type:string object?:*ObjectMetricStatus pods?:*PodsMetricStatus"
    " resource?:*ResourceMetricStatus containerResource#7?:*ContainerResourceMetricStatus"
    " external#5?:*ExternalMetricStatus",
    "MetricTarget type:string value?:*quantity averageValue?:*quantity averageUtilization?:*int32",
    "MetricValueStatus value?:*quantity averageValue?:*quantity averageUtilization?:*int32",
    "ObjectMetricSource describedObject:CrossVersionObjectReference target:MetricTarget"
    " metric:MetricIdentifier",
    "ObjectMetricStatus metric:MetricIdentifier current:MetricValueStatus"
    " describedObject:CrossVersionObjectReference",
    "PodsMetricSource metric:MetricIdentifier target:MetricTarget",
    "PodsMetricStatus metric:MetricIdentifier current:MetricValueStatus",
    "ResourceMetricSource name:string target:MetricTarget",
    "ResourceMetricStatus name:string current:MetricValueStatus",
    "V1CrossVersionObjectReference %atomic kind:string name:string apiVersion?:string",
    "V1HorizontalPodAutoscaler metadata?:ObjectMeta spec?:V1HorizontalPodAutoscalerSpec"
    " status?:V1HorizontalPodAutoscalerStatus",
    "V1HorizontalPodAutoscalerSpec scaleTargetRef:V1CrossVersionObjectReference minReplicas?:*int32"
    " maxReplicas:int32 targetCPUUtilizationPercentage?:*int32",
    "V1HorizontalPodAutoscalerStatus observedGeneration?:*int64 lastScaleTime?:*time currentReplicas:int32"
    " desiredReplicas:int32 currentCPUUtilizationPercentage?:*int32",
    "V1Scale metadata?:ObjectMeta spec?:V1ScaleSpec status?:V1ScaleStatus",
    "V1ScaleSpec replicas?:int32",
    "V1ScaleStatus replicas:int32 selector?:string",
    /* batch */
    "CronJob metadata?:ObjectMeta spec?:CronJobSpec status?:CronJobStatus",
    "CronJobSpec schedule:string timeZone#8?:*string startingDeadlineSeconds#2?:*int64"
    " concurrencyPolicy?:string suspend?:*bool jobTemplate:JobTemplateSpec successfulJobsHistoryLimit?:*int32"
    " failedJobsHistoryLimit?:*int32",
    "CronJobStatus active?:[]ObjectReference lastScheduleTime#4?:*time lastSuccessfulTime?:*time",
    "Job metadata?:ObjectMeta spec?:JobSpec status?:JobStatus",
    "JobCondition type:string status:string lastProbeTime?:time lastTransitionTime?:time reason?:string"
    " message?:string",
    "JobSpec parallelism?:*int32 completions?:*int32 activeDeadlineSeconds?:*int64"
    " podFailurePolicy#11?:*PodFailurePolicy successPolicy#16?:*SuccessPolicy backoffLimit#7?:*int32"
    " backoffLimitPerIndex#12?:*int32 maxFailedIndexes?:*int32 selector#4?:*LabelSelector"
    " manualSelector?:*bool template:PodTemplateSpec ttlSecondsAfterFinished#8?:*int32"
    " completionMode?:*string suspend?:*bool podReplacementPolicy#14?:*string managedBy?:*string",
    "JobStatus conditions?:[]JobCondition~type startTime?:*time completionTime?:*time active?:int32"
    " succeeded?:int32 failed?:int32 terminating#11?:*int32 completedIndexes#7?:string"
    " failedIndexes#10?:*string uncountedTerminatedPods#8?:*UncountedTerminatedPods ready?:*int32",
    "JobTemplateSpec metadata?:ObjectMeta spec?:JobSpec",
    "PodFailurePolicy rules:[]PodFailurePolicyRule",
    "PodFailurePolicyOnExitCodesRequirement containerName?:*string operator:string values:[]int32@set",
    "PodFailurePolicyOnPodConditionsPattern type:string status:string",
    "PodFailurePolicyRule action:string onExitCodes?:*PodFailurePolicyOnExitCodesRequirement"
    " onPodConditions?:[]PodFailurePolicyOnPodConditionsPattern",
    "SuccessPolicy rules:[]SuccessPolicyRule",
    "SuccessPolicyRule succeededIndexes?:*string succeededCount?:*int32",
    "UncountedTerminatedPods succeeded?:[]string@set failed?:[]string@set",
    /* certificates */
    "CertificateSigningRequest metadata?:ObjectMeta spec:CertificateSigningRequestSpec"
    " status?:CertificateSigningRequestStatus",
    "CertificateSigningRequestCondition type:string status#6:string reason#2?:string message?:string"
    " lastUpdateTime?:time lastTransitionTime?:time",
    "CertificateSigningRequestSpec request:bytes signerName#7:string expirationSeconds?:*int32"
    " usages#5?:[]string username#2?:string uid?:string groups?:[]string extra#6?:{}[]string",
    "CertificateSigningRequestStatus conditions?:[]CertificateSigningRequestCondition@type certificate?:bytes",
    /* coordination */
    "Lease metadata?:ObjectMeta spec?:LeaseSpec",
    "LeaseSpec holderIdentity?:*string leaseDurationSeconds?:*int32 acquireTime?:*microtime"
    " renewTime?:*microtime leaseTransitions?:*int32 strategy?:*string preferredHolder?:*string",
    /* discovery */
    "DiscoveryEndpointPort %atomic name?:*string protocol?:*string port?:*int32 appProtocol?:*string",
    "Endpoint addresses:[]string@set conditions?:EndpointConditions hostname?:*string"
    " targetRef?:*ObjectReference deprecatedTopology?:{}string nodeName?:*string zone?:*string"
    " hints?:*EndpointHints",
    "EndpointConditions ready?:*bool serving?:*bool terminating?:*bool",
    "EndpointHints forZones?:[]ForZone",
    "EndpointSlice metadata?:ObjectMeta addressType#4:string endpoints#2:[]Endpoint"
    " ports:[]DiscoveryEndpointPort",
    "ForZone name:string",
    /* events */
    "EventsEvent metadata:ObjectMeta eventTime:microtime series?:*EventsEventSeries"
    " reportingController?:string reportingInstance?:string action?:string reason?:string"
    " regarding?:ObjectReference related?:*ObjectReference note?:string type?:string"
    " deprecatedSource?:EventSource deprecatedFirstTimestamp?:time deprecatedLastTimestamp?:time"
    " deprecatedCount?:int32",
    "EventsEventSeries count:int32 lastObservedTime:microtime",
    /* meta */
    "Condition type:string status:string observedGeneration?:int64 lastTransitionTime:time reason:string"
    " message:string",
    "CreateOptions dryRun?:[]string fieldManager#3?:string fieldValidation?:string",
    "DeleteOptions gracePeriodSeconds?:*int64 preconditions?:*Preconditions orphanDependents?:*bool"
    " propagationPolicy?:*string dryRun?:[]string ignoreStoreReadErrorWithClusterBreakingPotential?:*bool",
    "FieldSelectorRequirement key:string operator:string values?:[]string",
    "LabelSelector %atomic matchLabels?:{}string matchExpressions?:[]LabelSelectorRequirement",
    "LabelSelectorRequirement key:string operator:string values?:[]string",
    "ListOptions labelSelector?:string fieldSelector?:string watch?:bool allowWatchBookmarks#9?:bool"
    " resourceVersion#4?:string resourceVersionMatch#10?:string timeoutSeconds#5?:*int64 limit#7?:int64"
    " continue?:string sendInitialEvents#11?:*bool",
    "ManagedFieldsEntry manager?:string operation?:string apiVersion?:string time?:*time fieldsType#6?:string"
    " fieldsV1?:*any subresource?:string",
    "ObjectMeta name?:string generateName?:string namespace?:string selfLink?:string uid?:string"
    " resourceVersion?:string generation?:int64 creationTimestamp?:time deletionTimestamp?:*time"
    " deletionGracePeriodSeconds?:*int64 labels?:{}string annotations?:{}string"
    " ownerReferences?:[]OwnerReference@uid~uid finalizers?:[]string@set~."
    " managedFields#17?:[]ManagedFieldsEntry",
    "OwnerReference %atomic apiVersion#5:string kind#1:string name#3:string uid:string controller#6?:*bool"
    " blockOwnerDeletion?:*bool",
    "PatchOptions dryRun?:[]string force?:*bool fieldManager?:string fieldValidation?:string",
    "Preconditions uid?:*string resourceVersion?:*string",
    "UpdateOptions dryRun?:[]string fieldManager?:string fieldValidation?:string",
    /* networking */
    "HTTPIngressPath path?:string pathType#3:*string backend#2:IngressBackend",
    "HTTPIngressRuleValue paths:[]HTTPIngressPath",
    "IPBlock cidr:string except?:[]string",
    "Ingress metadata?:ObjectMeta spec?:IngressSpec status?:IngressStatus",
    "IngressBackend service#4?:*IngressServiceBackend resource#3?:*TypedLocalObjectReference",
    "IngressClass metadata?:ObjectMeta spec?:IngressClassSpec",
    "IngressClassParametersReference apiGroup?:*string kind:string name:string scope:*string"
    " namespace?:*string",
    "IngressClassSpec controller?:string parameters?:*IngressClassParametersReference",
    "IngressLoadBalancerIngress ip?:string hostname?:string ports#4?:[]IngressPortStatus",
    "IngressLoadBalancerStatus ingress?:[]IngressLoadBalancerIngress",
    "IngressPortStatus port:int32 protocol:string error?:*string",
    "IngressRule host?:string http#2.1?:*HTTPIngressRuleValue",
    "IngressServiceBackend name:string port?:ServiceBackendPort",
    "IngressSpec ingressClassName#4?:*string defaultBackend#1?:*IngressBackend tls?:[]IngressTLS"
    " rules?:[]IngressRule",
    "IngressStatus loadBalancer?:IngressLoadBalancerStatus",
    "IngressTLS hosts?:[]string secretName?:string",
    "NetworkPolicy metadata?:ObjectMeta spec?:NetworkPolicySpec",
    "NetworkPolicyEgressRule ports?:[]NetworkPolicyPort to?:[]NetworkPolicyPeer",
    "NetworkPolicyIngressRule ports?:[]NetworkPolicyPort from?:[]NetworkPolicyPeer",
    "NetworkPolicyPeer podSelector?:*LabelSelector namespaceSelector?:*LabelSelector ipBlock?:*IPBlock",
    "NetworkPolicyPort protocol?:*string port?:*intstr endPort?:*int32",
    "NetworkPolicySpec podSelector:LabelSelector ingress?:[]NetworkPolicyIngressRule"
    " egress?:[]NetworkPolicyEgressRule policyTypes?:[]string",
    "ServiceBackendPort %atomic name?:string number?:int32",
    /* node */
    "Overhead podFixed?:{}quantity",
    "RuntimeClass metadata?:ObjectMeta handler:string overhead?:*Overhead scheduling?:*Scheduling",
    "Scheduling nodeSelector?:{}string@atomic tolerations?:[]Toleration",
    /* policy */
    "Eviction metadata?:ObjectMeta deleteOptions?:*DeleteOptions",
    "PodDisruptionBudget metadata?:ObjectMeta spec?:PodDisruptionBudgetSpec status?:PodDisruptionBudgetStatus",
    "PodDisruptionBudgetSpec minAvailable?:*intstr selector?:*LabelSelector~- maxUnavailable?:*intstr"
    " unhealthyPodEvictionPolicy?:*string",
    "PodDisruptionBudgetStatus observedGeneration?:int64 disruptedPods?:{}time disruptionsAllowed:int32"
    " currentHealthy:int32 desiredHealthy:int32 expectedPods:int32 conditions?:[]Condition@type~type",
    /* rbac */
    "AggregationRule clusterRoleSelectors?:[]LabelSelector",
    "ClusterRole metadata?:ObjectMeta rules:[]PolicyRule aggregationRule?:*AggregationRule",
    "ClusterRoleBinding metadata?:ObjectMeta subjects?:[]RbacSubject roleRef:RoleRef",
    "PolicyRule verbs:[]string apiGroups?:[]string resources?:[]string resourceNames?:[]string"
    " nonResourceURLs?:[]string",
    "RbacSubject %atomic kind:string apiGroup?:string name:string namespace?:string",
    "Role metadata?:ObjectMeta rules:[]PolicyRule",
    "RoleBinding metadata?:ObjectMeta subjects?:[]RbacSubject roleRef:RoleRef",
    "RoleRef %atomic apiGroup:string kind:string name:string",
    /* scheduling */
    "PriorityClass metadata?:ObjectMeta value:int32 globalDefault?:bool description?:string"
    " preemptionPolicy?:*string",
    /* storage */
    "CSIDriver metadata?:ObjectMeta spec:CSIDriverSpec",
    "CSIDriverSpec attachRequired?:*bool podInfoOnMount?:*bool volumeLifecycleModes?:[]string@set"
    " storageCapacity?:*bool fsGroupPolicy?:*string tokenRequests?:[]StorageTokenRequest"
    " requiresRepublish?:*bool seLinuxMount?:*bool",
    "CSINode metadata?:ObjectMeta spec:CSINodeSpec",
    "CSINodeDriver name:string nodeID:string topologyKeys:[]string allocatable?:*VolumeNodeResources",
    "CSINodeSpec drivers:[]CSINodeDriver@name~name",
    "CSIStorageCapacity metadata?:ObjectMeta nodeTopology?:*LabelSelector storageClassName:string"
    " capacity?:*quantity maximumVolumeSize?:*quantity",
    "StorageClass metadata?:ObjectMeta provisioner:string parameters?:{}string reclaimPolicy?:*string"
    " mountOptions?:[]string allowVolumeExpansion?:*bool volumeBindingMode?:*string"
    " allowedTopologies?:[]TopologySelectorTerm",
    "StorageTokenRequest audience:string expirationSeconds?:*int64",
    "VolumeAttachment metadata?:ObjectMeta spec:VolumeAttachmentSpec status?:VolumeAttachmentStatus",
    "VolumeAttachmentSource persistentVolumeName?:*string inlineVolumeSpec?:*PersistentVolumeSpec",
    "VolumeAttachmentSpec attacher:string source:VolumeAttachmentSource nodeName:string",
    "VolumeAttachmentStatus attached:bool attachmentMetadata?:{}string attachError?:*VolumeError"
    " detachError?:*VolumeError",
    "VolumeError time?:time message?:string",
    "VolumeNodeResources count?:*int32",
    NULL,
};
