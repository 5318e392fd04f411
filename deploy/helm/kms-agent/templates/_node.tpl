{{/*
One agent on every node: what a pod gets, and what its policies check.
*/}}

{{- /* The full name with its final dot: without it, a namespace of the search path could take the name. */ -}}
{{- define "kms-agent.host" -}}
{{ .Release.Name }}.{{ .Release.Namespace }}.svc.{{ .Values.node.clusterDomain }}.
{{- end -}}

{{- /*
The host of https. It has no final dot: Python's urllib and Java's HttpClient fail with one. The search path of a pod has it
by its third name. The full name would be found after the whole path, with the domains of the node, where a wildcard could
answer. A namespace called "svc" could take the name, but has no certificate for it.
*/ -}}
{{- define "kms-agent.tlsHost" -}}
{{ .Release.Name }}.{{ .Release.Namespace }}.svc
{{- end -}}

{{- define "kms-agent.plainUrl" -}}
http://{{ include "kms-agent.host" . }}:{{ .Values.ports.http }}
{{- end -}}

{{- /* Values of node.tls that would cut pods off. */ -}}
{{- define "kms-agent.checkTls" -}}
{{- with .Values.node.tls -}}
{{- $authorities := or (.caConfigMap).name .clusterTrustBundle -}}
{{- if or .secretName $authorities .required -}}
{{- if ne $.Values.mode "Node" -}}
{{- fail "node.tls is for mode Node: a sidecar is reached by loopback of its pod" -}}
{{- end -}}
{{- if not .secretName -}}
{{- fail "node.tls.secretName is missing: without a certificate no agent takes TLS" -}}
{{- end -}}
{{- if and (.caConfigMap).name .clusterTrustBundle -}}
{{- fail "node.tls has both caConfigMap and clusterTrustBundle: give one of them" -}}
{{- end -}}
{{- if and .required (not $authorities) -}}
{{- fail "node.tls.required needs caConfigMap or clusterTrustBundle: without them pods get an http URL, which agents would refuse" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kms-agent.nodeConfig" -}}
{{- $region := required "kms.region is missing" .Values.kms.region -}}
{{- $folder := "/var/run/secrets/kubernetes.io/serviceaccount" -}}
{{- $tls := .Values.node.tls | default dict -}}
{{- /* Both from the start: pods get https once they get the authorities, and no agent has to be replaced for that. */ -}}
{{- $hosts := list (include "kms-agent.host" .) -}}
{{- if $tls.secretName }}{{ $hosts = append $hosts (include "kms-agent.tlsHost" .) }}{{ end -}}
[Server]
ListenAddress = "0.0.0.0"
AllowRemote = true
HttpPort = {{ .Values.ports.http }}
AllowedHosts = {{ toJson $hosts }}
{{- if $tls.secretName }}
TlsCertificateFile = "/etc/kms-agent-tls/tls.crt"
TlsKeyFile = "/etc/kms-agent-tls/tls.key"
TlsRequired = {{ $tls.required | default false }}
{{- end }}
[Management]
Port = {{ .Values.ports.management }}
[KMS]
Region = {{ toJson $region }}
{{- if .Values.kms.endpoint }}
Endpoint = {{ toJson .Values.kms.endpoint }}
{{- else if .Values.kms.vpc }}
Endpoint = "kms-vpc.{{ $region }}.aliyuncs.com"
{{- end }}
{{- if (.Values.kms.caConfigMap).name }}
CaFile = "/etc/kms-agent-ca/ca.pem"
{{- end }}
CredentialType = "PodIdentity"
OidcProviderArn = {{ required "identity.oidcProviderArn is missing" .Values.identity.oidcProviderArn | toJson }}
# The role of a pod that names none.
RoleArn = "acs:ram::{{ first .Values.identity.accounts | required "identity.accounts is missing" }}:role/{{ .Values.identity.rolePattern }}"
[KMS.PodIdentity]
Issuer = {{ required "node.issuer is missing" .Values.node.issuer | toJson }}
Audience = {{ toJson .Values.node.audience }}
JwksUri = "https://kubernetes.default.svc/openid/v1/jwks"
JwksCaFile = "{{ $folder }}/ca.crt"
JwksTokenFile = "{{ $folder }}/token"
Accounts = {{ toJson .Values.identity.accounts }}
NodeName = "${ENV:NODE_NAME}"
{{- end -}}

{{- define "kms-agent.plainEnv" -}}
- {{ include "kms-agent.env" . | nindent 2 | trim }}
- name: KMS_URL
  value: {{ include "kms-agent.plainUrl" . }}
{{- end -}}

{{- define "kms-agent.nodeEnv" -}}
{{- if include "kms-agent.authorities" . -}}
- {{ include "kms-agent.env" . | nindent 2 | trim }}
- name: KMS_URL
  value: https://{{ include "kms-agent.tlsHost" . }}:{{ .Values.ports.http }}
- name: KMS_CA_FILE
  value: {{ .Values.tokenFolder }}/ca.pem
{{- else -}}
{{ include "kms-agent.plainEnv" . }}
{{- end -}}
{{- end -}}

{{- /* What pods verify the certificate with. Not optional: without it a pod would start, and every read of it would fail. */ -}}
{{- define "kms-agent.authorities" -}}
{{- with .Values.node.tls }}
{{- if (.caConfigMap).name -}}
configMap:
  name: {{ .caConfigMap.name }}
  items:
    - key: {{ .caConfigMap.key | default "ca.crt" }}
      path: ca.pem
{{- else if .clusterTrustBundle -}}
clusterTrustBundle:
  name: {{ .clusterTrustBundle | quote }}
  path: ca.pem
{{- end }}
{{- end }}
{{- end -}}

{{- /* Whether the source s of a volume is that, in CEL. */ -}}
{{- define "kms-agent.isAuthorities" -}}
{{- with .Values.node.tls -}}
{{- if (.caConfigMap).name -}}
s.?configMap.?name.orValue("") == "{{ .caConfigMap.name }}" &&
      s.configMap.?items.orValue([]).exists(i, i.key == "{{ .caConfigMap.key | default "ca.crt" }}" && i.path == "ca.pem")
{{- else -}}
s.?clusterTrustBundle.?name.orValue("") == "{{ .clusterTrustBundle }}" && s.clusterTrustBundle.path == "ca.pem"
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kms-agent.nodeVolume" -}}
name: kms-agent-token
projected:
  # Without fsGroup the kubelet gives it to root.
  defaultMode: 0444
  sources:
    - serviceAccountToken:
        audience: {{ .Values.node.audience }}
        expirationSeconds: 3600
        path: token
    {{- with include "kms-agent.authorities" . }}
    - {{ . | nindent 6 | trim }}
    {{- end }}
{{- end -}}

{{- /* The affinity of the values; each of its terms for nodes has ours, too. */ -}}
{{- define "kms-agent.affinity" -}}
{{- $ours := list
  (dict "key" "kubernetes.io/os" "operator" "In" "values" (list "linux"))
  (dict "key" "type" "operator" "NotIn" "values" (list "virtual-kubelet")) -}}
{{- $affinity := deepCopy (.Values.node.affinity | default dict) -}}
{{- $terms := list -}}
{{- range dig "nodeAffinity" "requiredDuringSchedulingIgnoredDuringExecution" "nodeSelectorTerms" (list dict) $affinity -}}
{{- $terms = append $terms (set . "matchExpressions" (concat $ours (.matchExpressions | default list))) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $affinity (dict "nodeAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (dict "nodeSelectorTerms" $terms)))) -}}
{{- end -}}

{{- /* The only annotation names the containers that get the token. */ -}}
{{- define "kms-agent.nodeProblems" -}}
{{- $containers := printf "%s/containers" .Values.annotationPrefix -}}
- name: problems
  expression: |-
    variables.annotations.filter(k, k.startsWith("{{ .Values.annotationPrefix }}/") && k != "{{ $containers }}")
      .map(k, "there is no annotation " + k + (k == "{{ .Values.annotationPrefix }}/role" ? ": a request names its role" :
      k == "{{ .Values.annotationPrefix }}/files" ? ": only a sidecar makes files" : ""))
    + (variables.annotations[?"{{ $containers }}"].optMap(t, t.split(",")).orValue([])
      .all(n, variables.others.exists(c, c.name == n))
      ? [] : ["annotation {{ $containers }} names a container that is not there"])
{{- end -}}

{{- /*
What is where the token or the variables have to be. Until TLS is required, a pod may bring what it had before: its URL, or the
volume without authorities.
*/ -}}
{{- define "kms-agent.nodeConflicts" -}}
{{- $folder := .Values.tokenFolder -}}
{{- $path := regexQuoteMeta $folder | replace "/var/run/" "(/var)?/run/" -}}
{{- $tls := include "kms-agent.authorities" . -}}
{{- $required := (.Values.node.tls).required -}}
{{- if $tls -}}
- name: isWithoutAuthorities
  expression: |-
    object.spec.?volumes.orValue([]).exists(v, v.name == "kms-agent-token" && !v.?projected.?sources.orValue([]).exists(s,
      {{ include "kms-agent.isAuthorities" . }}))
{{ end -}}
- name: conflicts
  expression: |-
    (variables.annotations[?"kms-agent-webhook-injector/inject"].orValue("false") != "false"
      ? ["annotation kms-agent-webhook-injector/inject asks for another agent"] : [])
    + (["alibabacloud.com/eci", "alibabacloud.com/acs"].exists(l,
      object.metadata.?labels[?l].orValue(namespaceObject.metadata.?labels[?l].orValue("false")) == "true")
      ? ["there is no agent on a virtual node"] : [])
    + (object.spec.?os.?name.orValue("linux") != "linux" ||
      object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("linux") != "linux" ? ["the agent runs on Linux"] : [])
    + object.spec.?volumes.orValue([]).filter(v, v.name == "kms-agent-token" && v.?projected.?sources.orValue([])
      {{- if $tls }}
      .filter(s, !({{ include "kms-agent.isAuthorities" . }}))
      {{- end }}
      .map(s, s.?serviceAccountToken).map(t, [t.?audience.orValue(""), t.?path.orValue("")]) != [["{{ .Values.node.audience }}", "token"]])
      .map(v, "volume " + v.name + " is not the one of the KMS agent")
    {{- if $tls }}
    + (variables.isWithoutAuthorities
      {{- if not $required }} && variables.clients.exists(c, c.?env.orValue([]).exists(e, e.name == "KMS_URL" &&
        e.?value.orValue("").startsWith("https:"))){{ end }}
      ? ["volume kms-agent-token has no ca.pem, which TLS to the agent needs"] : [])
    {{- end }}
    + variables.clients.filter(c, c.?volumeMounts.orValue([]).exists(m, m.mountPath.matches("^{{ $path }}(/|$)") &&
      (m.name != "kms-agent-token" || m.mountPath != "{{ $folder }}")))
      .map(c, "container " + c.name + " has another mount at {{ $folder }}")
    {{- range include "kms-agent.nodeEnv" . | fromYamlArray }}
    + variables.clients.filter(c, {{ if eq .name "KMS_CA_FILE" }}!variables.isWithoutAuthorities && {{ end -}}
      c.?env.orValue([]).exists(e, e.name == "{{ .name }}" &&
      e.?value.orValue("") != "{{ .value }}"
      {{- if and $tls (not $required) (eq .name "KMS_URL") }} &&
      e.?value.orValue("") != "{{ include "kms-agent.plainUrl" $ }}"{{ end -}}
      )).map(c, "container " + c.name + " has another variable {{ .name }}
      {{- if and $required (eq .name "KMS_URL") }}: TLS is required, at {{ .value }}{{ end }}")
    {{- end }}
{{- end -}}

{{- define "kms-agent.nodeInjected" -}}
{{- $tls := include "kms-agent.authorities" . -}}
- expression: >-
    variables.isLeftAlone || size(variables.conflicts) > 0 || variables.clients.all(c,
    c.?volumeMounts.orValue([]).exists(m, m.mountPath == "{{ .Values.tokenFolder }}") &&
    ["KMS_TOKEN", "KMS_URL"].all(n, c.?env.orValue([]).exists(e, e.name == n))
    {{- if $tls }} &&
    c.?env.orValue([]).exists(e, e.name == "KMS_CA_FILE" ||
    e.name == "KMS_URL" && e.?value.orValue("") == "{{ include "kms-agent.plainUrl" . }}"){{ end }})
  message: >-
    a container lacks the mount {{ .Values.tokenFolder }} of volume kms-agent-token, or the variable KMS_TOKEN
    {{- if $tls }}, KMS_URL or KMS_CA_FILE{{ else }} or KMS_URL{{ end }}:
    before Kubernetes 1.36 the pod template has them
{{- end -}}
