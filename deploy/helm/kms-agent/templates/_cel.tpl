{{/*
What the admission policies share. Text of a pod is compared and counted, and never becomes a part of another text.
*/}}

{{- /* A value as a CEL literal. dyn(): the items of a list or map are otherwise all of one type. */ -}}
{{- define "kms-agent.cel" -}}
{{- if and (kindIs "string" .) (contains "\n" .) -}}
{{ include "kms-agent.cel" (splitList "\n" .) }}.join("\n")
{{- else if or (kindIs "map" .) (kindIs "slice" .) -}}
{{- $same := eq (len .) 1 -}}
{{- if not $same }}{{ $same = true }}{{ range . }}{{ $same = and $same (kindIs "string" .) }}{{ end }}{{ end -}}
{{- $items := list -}}
{{- range $key, $value := . -}}
{{- $item := include "kms-agent.cel" $value -}}
{{- if not $same }}{{ $item = printf "dyn(%s)" $item }}{{ end -}}
{{- $items = append $items (kindIs "map" $ | ternary (printf "%s: %s" (toJson $key) $item) $item) -}}
{{- end -}}
{{- $brackets := kindIs "map" . | ternary (list "{" "}") (list "[" "]") -}}
{{- $line := join ", " $items -}}
{{- if or (contains "\n" $line) (gt (len $line) 115) }}{{ $line = printf "\n%s\n" (join ",\n" $items | indent 2) }}{{ end -}}
{{ first $brackets }}{{ $line }}{{ last $brackets }}
{{- else -}}
{{- toJson . -}}
{{- end -}}
{{- end -}}

{{- /* What the policies know of a new pod. */ -}}
{{- define "kms-agent.celVariables" -}}
{{- $node := eq .Values.mode "Node" -}}
- name: annotations
  expression: object.metadata.?annotations.orValue({})
- name: initContainers
  expression: object.spec.?initContainers.orValue([])
{{- if $node }}
- name: others
  expression: object.spec.containers + variables.initContainers
{{- else }}
# What a policy added. An author of a pod who copies name and variable gets the container of the pod's template.
- name: sidecars
  expression: >-
    variables.initContainers.filter(c, c.name == "kms-agent" &&
    c.?env.orValue([]).exists(e, e.name == "KMS_INJECTED"))
- name: hasFiles
  expression: '"{{ .Values.annotationPrefix }}/files" in variables.annotations'
- name: others
  expression: >-
    (object.spec.containers + variables.initContainers).filter(c, size(variables.sidecars) == 0 || c.name != "kms-agent")
{{- end }}
- name: hasOtherAgent
  expression: >-
    variables.others.exists(c, c.name == "kms-agent" ||
    c.?image.orValue("").matches({{ printf "^%s([:@]|$)" (regexQuoteMeta .Values.image.repository) | toJson }}))
- name: isLeftAlone
  expression: {{ if not $node }}size(variables.sidecars) == 0 && {{ end }}variables.hasOtherAgent
# The containers that get the token.
- name: clients
  expression: >-
    variables.others.filter(c,
    c.name in variables.annotations[?"{{ .Values.annotationPrefix }}/containers"].orValue(c.name).split(","))
{{- end -}}

{{- /* Settings that are not as they have to be. */ -}}
{{- define "kms-agent.celProblems" -}}
{{- $prefix := .Values.annotationPrefix -}}
{{- $mode := .Values.identity.mode -}}
{{- $files := or .Values.files (eq (include "kms-agent.mode" .) "MutatingAdmissionPolicy") -}}
{{- $names := "[A-Za-z0-9/_+=.@:-]+" -}}
# The annotations that a pod may have: name, pattern of the value, and its meaning.
- name: settings
  expression: |-
    [
      {{- if eq $mode "Annotation" }}
      ["{{ $prefix }}/role", {{ printf "^(acs:ram::(%s):role/)?[A-Za-z0-9._-]{1,64}$" (join "|" .Values.identity.accounts) | toJson }},
        "a role's name, or its ARN in an account of {{ join ", " .Values.identity.accounts }}"],
      {{- end }}
      ["{{ $prefix }}/region", "^[a-z]{2}(-[a-z0-9]{1,20}){1,4}$", "a region's id"],
      ["{{ $prefix }}/prefetch", "^{{ $names }}(,{{ $names }})*$",
        "names of secrets, separated by commas, of at most 2000 characters"],
      ["{{ $prefix }}/containers", "^[a-z0-9-]+(,[a-z0-9-]+)*$", "names of containers, separated by commas"],
      ["{{ $prefix }}/dialect", "^(kms|aws|vault)$", "kms, aws or vault"]
      {{- if $files }},
      ["{{ $prefix }}/files", "\\S", "the TOML of Files.Entries, of at most 16000 characters"]
      {{- end }}
    ]
- name: problems
  expression: |-
    variables.annotations.filter(k, k.startsWith("{{ $prefix }}/") && !variables.settings.exists(s, s[0] == k))
      .map(k, "there is no annotation " + k
      {{- if ne $mode "Annotation" }} + (k == "{{ $prefix }}/role" ? ": pods do not choose their role" : ""){{ end }}
      {{- if not $files }} + (k == "{{ $prefix }}/files" ? ": the value files of the chart is false" : ""){{ end }})
    + variables.settings.filter(s, s[0] in variables.annotations &&
      (size(variables.annotations[s[0]]) > (s[0] == "{{ $prefix }}/files" ? 16000 : 2000) ||
      !variables.annotations[s[0]].matches(s[1])))
      .map(s, "annotation " + s[0] + " must be " + s[2])
    {{- if eq $mode "Annotation" }}
    + ("{{ $prefix }}/role" in variables.annotations ? [] : ["annotation {{ $prefix }}/role is missing"])
    {{- end }}
    {{- if eq $mode "Pattern" }}
    + ({{ .Values.identity.rolePattern | replace "{namespace}" "" | replace "{serviceAccount}" "" | len }} + size(request.namespace)
    {{- if contains "{serviceAccount}" .Values.identity.rolePattern }} + size(object.spec.?serviceAccountName.orValue("default")){{ end }} <= 64
      ? [] : ["the name of the role for this namespace and service account is longer than 64 characters"])
    {{- end }}
    + (!("{{ $prefix }}/containers" in variables.annotations) ||
      variables.annotations["{{ $prefix }}/containers"].split(",").all(n, variables.others.exists(c, c.name == n))
      ? [] : ["annotation {{ $prefix }}/containers names a container that is not there"])
{{- end -}}

{{- /* What is where the agent needs its own. */ -}}
{{- define "kms-agent.celConflicts" -}}
- name: conflicts
  expression: |-
    (variables.annotations[?"kms-agent-webhook-injector/inject"].orValue("false") != "false"
      ? ["annotation kms-agent-webhook-injector/inject asks for another agent"] : [])
    + (object.spec.?hostNetwork.orValue(false) ? ["with hostNetwork the agent's ports would be the node's"] : [])
    + (object.spec.?os.?name.orValue("linux") != "linux" ||
      object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("linux") != "linux" ? ["the agent runs on Linux"] : [])
    + (size(variables.sidecars) > 0 && variables.hasOtherAgent ? ["the pod has another agent"] : [])
    + object.spec.?volumes.orValue([]).filter(v,
      v.name in ["kms-agent-token", "kms-agent-files", "kms-agent-cache", "kms-agent-key"] && v.?emptyDir.?medium.orValue("") != "Memory" ||
      v.name == "kms-agent-audit" && (!has(v.emptyDir) || v.emptyDir.?medium.orValue("") != "")
      {{- with .Values.audit.keySecret }} ||
      v.name == "kms-agent-audit-key" && v.?secret.?secretName.orValue("") != "{{ . }}"
      {{- end }}
      {{- if ne .Values.identity.mode "Webhook" }} ||
      v.name == "kms-agent-identity" && v.?projected.?sources.orValue([])
      .map(s, s.?serviceAccountToken.?audience.orValue("")) != ["sts.aliyuncs.com"]
      {{- end }}
      {{- with (.Values.kms.caConfigMap).name }} ||
      v.name == "kms-agent-ca" && v.?configMap.?name.orValue("") != "{{ . }}"
      {{- end }})
      .map(v, "volume " + v.name + " is not the one of the KMS agent")
    {{- range list (include "kms-agent.volumeMount" . | fromYaml) (include "kms-agent.filesMount" . | fromYaml) }}
    {{- /* In most images /var/run is a link to /run. */}}
    {{- $path := regexQuoteMeta .mountPath | replace "/var/run/" "(/var)?/run/" }}
    + variables.clients.filter(c,{{ if eq .name "kms-agent-files" }} variables.hasFiles &&{{ end }}
      c.?volumeMounts.orValue([]).exists(m, m.mountPath.matches("^{{ $path }}(/|$)") &&
      (m.name != "{{ .name }}" || m.mountPath != "{{ .mountPath }}")))
      .map(c, "container " + c.name + " has another mount at {{ .mountPath }}")
    {{- end }}
    + variables.clients.filter(c,
      c.?env.orValue([]).exists(e, e.name == "KMS_TOKEN" && e.?value.orValue("") != "file://{{ .Values.tokenFolder }}/token"))
      .map(c, "container " + c.name + " has another variable KMS_TOKEN")
    + variables.others.filter(c, c.?volumeMounts.orValue([]).exists(m,
      m.name in ["kms-agent-identity", "kms-agent-cache", "kms-agent-key", "kms-agent-audit-key"] ||
      m.name in ["kms-agent-token", "kms-agent-files", "kms-agent-audit"] && !m.?readOnly.orValue(false)))
      .map(c, "container " + c.name + " mounts the identity, the cache or a key, or the token, the files or the audit to write")
    + variables.others.filter(c, c.?ports.orValue([]).exists(p, p.?protocol.orValue("TCP") == "TCP" &&
      p.containerPort in [{{ .Values.ports.http }}, {{ .Values.ports.management }}]))
      .map(c, "container " + c.name + " has port {{ .Values.ports.http }} or {{ .Values.ports.management }}")
{{- end -}}
