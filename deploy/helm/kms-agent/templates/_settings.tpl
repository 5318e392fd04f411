{{/*
Settings, as variables of the agent. Those that are valid only with others are refused here: the agent would refuse them
when it starts, in each new pod.
*/}}

{{- define "kms-agent.settings" -}}
{{- include "kms-agent.checkSettings" . }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end -}}

{{- /* Whether there is a setting KEY, or KEY=VALUE: a text that is empty if not. */ -}}
{{- define "kms-agent.hasSetting" -}}
{{- $part := splitList "=" (last .) -}}
{{- $name := printf "KMS_AGENT_%s" (first $part) -}}
{{- if hasKey (first .) $name -}}
{{- if or (eq (len $part) 1) (eq (get (first .) $name | toString) (last $part)) }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- define "kms-agent.checkSettings" -}}
{{- $settings := .Values.settings | default dict -}}
{{- $node := eq .Values.mode "Node" -}}
{{- $has := "kms-agent.hasSetting" -}}
{{- $rules := list
  "SERVER_TLSCERTIFICATEFILE SERVER_TLSKEYFILE"
  "SERVER_TLSKEYFILE SERVER_TLSCERTIFICATEFILE"
  "SERVER_TLSREQUIRED=true SERVER_TLSCERTIFICATEFILE"
  "SERVER_VAULTLEASESECONDS SERVER_VAULTMOUNT"
  "CACHE_CACHETYPE=Redis CACHE_REDIS_ADDRESSES"
  "CACHE_CACHETYPE=Redis CACHE_REDIS_ENCRYPTIONKEY"
  "CACHE_REDIS_MODE=Sentinel CACHE_REDIS_SENTINELMASTER"
  "CACHE_REDIS_SENTINELMASTER CACHE_REDIS_MODE=Sentinel"
  "CACHE_REDIS_USERNAME CACHE_REDIS_PASSWORD"
  "CACHE_REDIS_CAFILE CACHE_REDIS_TLS=true" -}}
{{- /* A setting that nothing given here makes valid, and what would. */ -}}
{{- $never := dict -}}
{{- if $node -}}
{{- range list "SERVER_TLSCERTIFICATEFILE" "SERVER_TLSKEYFILE" "SERVER_TLSREQUIRED" -}}
{{- $_ := set $never . "another mode than Node, which has node.tls" -}}
{{- end -}}
{{- range list "SERVER_ALLOWREMOTE=false" "KMS_ROLESESSIONNAME" "CACHE_PREFETCH" "CACHE_CACHETYPE=Redis" -}}
{{- $_ := set $never . "another mode than Node" -}}
{{- end -}}
{{- else if not (regexMatch "^(127[.].*|::1|)$" (get $settings "KMS_AGENT_SERVER_LISTENADDRESS")) -}}
{{- $rules = append $rules "SERVER_LISTENADDRESS SERVER_ALLOWREMOTE=true" -}}
{{- end -}}
{{- range keys $settings | sortAlpha -}}
{{- $key := trimPrefix "KMS_AGENT_" . -}}
{{- if hasPrefix "CACHE_REDIS_" $key }}{{ $rules = append $rules (printf "%s CACHE_CACHETYPE=Redis" $key) }}{{ end -}}
{{- if and (hasPrefix "KMS_PODIDENTITY_" $key) (not $node) }}{{ $_ := set $never $key "mode Node" }}{{ end -}}
{{- end -}}
{{- if and (contains "," (get $settings "KMS_AGENT_CACHE_REDIS_ADDRESSES")) (not (include $has (list $settings "CACHE_REDIS_MODE=Sentinel"))) -}}
{{- $rules = append $rules "CACHE_REDIS_ADDRESSES CACHE_REDIS_MODE=Cluster" -}}
{{- end -}}
{{- if .Values.audit.enabled -}}
{{- $_ := set $never "LOG_AUDIT" "audit.enabled: false" -}}
{{- else -}}
{{- $_ := set $never "LOG_AUDIT=true" "audit.enabled: true in its place" -}}
{{- $_ := set $never "LOG_AUDITREQUIRED=true" "audit.enabled: true" -}}
{{- end -}}
{{- if and .Values.audit.hostPath (not $node) }}{{ fail "audit.hostPath is for mode Node: each pod would have it" }}{{ end -}}
{{- $_ := set $never "CACHE_CACHETYPE=File" "keepCache: true in its place" -}}
{{- if .Values.keepCache }}{{ $_ := set $never "CACHE_CACHETYPE" "keepCache: false" }}{{ end -}}
{{- if not (regexMatch "^(localhost|127[.])" (.Values.kms.endpoint | default "")) -}}
{{- $_ := set $never "KMS_PROTOCOL=http" "a loopback kms.endpoint" -}}
{{- end -}}
{{- $size := get $settings "KMS_AGENT_CACHE_CACHESIZE" | default 1000 | int -}}
{{- $tenants := get $settings "KMS_AGENT_KMS_PODIDENTITY_MAXTENANTS" | default 100 | int -}}
{{- if and $node (lt $size $tenants) -}}
{{- fail (printf "settings: KMS_AGENT_CACHE_CACHESIZE, %d, must be at least KMS_AGENT_KMS_PODIDENTITY_MAXTENANTS, %d" $size $tenants) -}}
{{- end -}}
{{- /* A config.toml of a chart that includes the templates may have what is missing here. */ -}}
{{- if not .Values.configMap -}}
{{- range $setting, $need := $never -}}
{{- if include $has (list $settings $setting) }}{{ fail (printf "settings: KMS_AGENT_%s needs %s" $setting $need) }}{{ end -}}
{{- end -}}
{{- range $rules -}}
{{- $rule := splitList " " . -}}
{{- if and (include $has (list $settings (first $rule))) (not (include $has (list $settings (last $rule)))) -}}
{{- fail (printf "settings: KMS_AGENT_%s needs KMS_AGENT_%s" (first $rule) (last $rule)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
