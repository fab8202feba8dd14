// Generated from crds/ by `npm run generate`. Do not edit.

import type { Definition } from './definition.ts'

export const definitions: readonly Definition[] = [
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "clusters.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "clusters",
    "singular": "cluster",
    "kind": "Cluster",
    "listKind": "ClusterList",
    "shortNames": [],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Always default"
      },
      {
       "name": "Id",
       "type": "string",
       "jsonPath": ".metadata.uid",
       "description": "Id of the cluster"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "The settings of the whole cluster. There is one, named default.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "Settings.",
         "properties": {
          "taskHistoryLimit": {
           "type": "integer",
           "format": "int32",
           "minimum": -1,
           "default": 5,
           "description": "Tasks kept per slot, the live one included. -1 keeps all."
          },
          "heartbeatPeriod": {
           "type": "string",
           "format": "duration",
           "default": "5s",
           "description": "Time between two heartbeats of a node."
          },
          "snapshotInterval": {
           "type": "integer",
           "format": "int32",
           "minimum": 0,
           "default": 10000,
           "description": "Log entries between two snapshots."
          },
          "orphanAfter": {
           "type": "string",
           "format": "duration",
           "default": "24h",
           "description": "Tasks of a node that is down this long are given up as Orphaned."
          },
          "autolock": {
           "type": "boolean",
           "default": false,
           "description": "Whether managers are locked when they are started: `kit swarm unlock` gives them the unlock key, without which nobody can read their disks."
          },
          "rotateUnlockKey": {
           "type": "integer",
           "minimum": 0,
           "description": "Raise it for a new unlock key. No effect without autolock."
          },
          "ca": {
           "type": "object",
           "description": "Certificates of nodes and tokens to join with.",
           "properties": {
            "nodeCertExpiry": {
             "type": "string",
             "format": "duration",
             "default": "2160h",
             "description": "How long the certificate of a node is valid. At least 30m."
            },
            "rotateWorkerToken": {
             "type": "integer",
             "minimum": 0,
             "description": "Raise it for a new token of workers. Nodes that have joined keep what they have."
            },
            "rotateManagerToken": {
             "type": "integer",
             "minimum": 0,
             "description": "Raise it for a new token of managers. Nodes that have joined keep what they have."
            },
            "rotateRoot": {
             "type": "integer",
             "minimum": 0,
             "description": "Raise it for a new root that kit makes: every node gets a new certificate, then both tokens are new. No effect while `root` is given."
            },
            "root": {
             "type": "object",
             "description": "A root of your own. The cluster goes over to it as with rotateRoot, unless it has it.",
             "required": [
              "certificate"
             ],
             "properties": {
              "certificate": {
               "type": "string",
               "minLength": 1,
               "description": "Certificate of the root, PEM. It signed itself and lasts a year at least."
              },
              "key": {
               "type": "string",
               "x-kit-write-only": true,
               "description": "Its private key, PEM. Never read back. Left out where an external authority has it."
              }
             }
            },
            "externalCAs": {
             "type": "array",
             "maxItems": 4,
             "description": "Authorities outside of the cluster. Those of the root that nodes get certificates of are asked, in this order, and nobody else signs.",
             "items": {
              "type": "object",
              "description": "One authority outside of the cluster.",
              "required": [
               "url",
               "caCert"
              ],
              "properties": {
               "protocol": {
                "type": "string",
                "enum": [
                 "CFSSL"
                ],
                "default": "CFSSL",
                "description": "How it is asked."
               },
               "url": {
                "type": "string",
                "minLength": 1,
                "maxLength": 2048,
                "description": "Where requests are posted: https://HOST:PORT/api/v1/cfssl/sign. Its certificate must be of a root of the cluster."
               },
               "caCert": {
                "type": "string",
                "minLength": 1,
                "description": "Certificate of the root that it signs with, PEM."
               },
               "profile": {
                "type": "string",
                "maxLength": 64,
                "description": "Its profile for certificates of nodes and users."
               }
              }
             }
            }
           }
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What the managers decided.",
         "properties": {
          "ca": {
           "type": "object",
           "description": "The root of all certificates of this cluster.",
           "required": [
            "certificate"
           ],
           "properties": {
            "certificate": {
             "type": "string",
             "description": "Root certificate, PEM. Joining nodes check its digest against their token."
            },
            "key": {
             "type": "string",
             "x-kit-write-only": true,
             "description": "Private key of the root, PEM. Never read back. Absent where an external authority has it."
            },
            "rotated": {
             "type": "integer",
             "description": "The rotateRoot that was taken up last."
            },
            "rotation": {
             "type": "object",
             "description": "The root that takes the place of this one. Present until every node has a certificate of it.",
             "required": [
              "certificate",
              "crossSigned",
              "updated",
              "total"
             ],
             "properties": {
              "certificate": {
               "type": "string",
               "description": "Root certificate, PEM."
              },
              "key": {
               "type": "string",
               "x-kit-write-only": true,
               "description": "Its private key, PEM. Never read back. Absent where an external authority has it."
              },
              "crossSigned": {
               "type": "string",
               "description": "The same authority signed by the root before it, PEM. Goes along with what it signs."
              },
              "updated": {
               "type": "integer",
               "description": "Nodes that go with a certificate of it."
              },
              "total": {
               "type": "integer",
               "description": "All nodes."
              }
             }
            }
           }
          },
          "autolock": {
           "type": "object",
           "description": "The lock of managers. Absent where there never was one.",
           "required": [
            "version",
            "rotation"
           ],
           "properties": {
            "version": {
             "type": "integer",
             "description": "Counts its changes. Each manager takes up those that are newer than its own."
            },
            "rotation": {
             "type": "integer",
             "description": "The rotateUnlockKey that the key was made for."
            },
            "key": {
             "type": "string",
             "x-kit-write-only": true,
             "description": "The unlock key, while there is one. `kit swarm unlock-key` shows it to admins."
            }
           }
          },
          "joinTokens": {
           "type": "object",
           "x-kit-admin-only": true,
           "description": "What a machine shows to join. Whoever has one can join; only admins see them.",
           "required": [
            "worker",
            "manager",
            "workerRotation",
            "managerRotation"
           ],
           "properties": {
            "worker": {
             "type": "string",
             "description": "Token of workers."
            },
            "manager": {
             "type": "string",
             "description": "Token of managers."
            },
            "workerRotation": {
             "type": "integer",
             "description": "The rotateWorkerToken it was made for."
            },
            "managerRotation": {
             "type": "integer",
             "description": "The rotateManagerToken it was made for."
            }
           }
          },
          "removedNodes": {
           "type": "array",
           "description": "Nodes that were removed. Every manager refuses them. The last 1,000, and of the last 10,000 those whose certificates have not expired yet.",
           "items": {
            "type": "object",
            "description": "One node.",
            "required": [
             "node",
             "until"
            ],
            "properties": {
             "node": {
              "type": "string",
              "description": "Its id."
             },
             "until": {
              "type": "integer",
              "description": "Its certificate is valid until then, ms since 1970."
             }
            }
           }
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "configs.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "configs",
    "singular": "config",
    "kind": "Config",
    "listKind": "ConfigList",
    "shortNames": [
     "cfg"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the config"
      },
      {
       "name": "Template",
       "type": "string",
       "jsonPath": ".spec.template",
       "priority": 1,
       "description": "Whether placeholders in it are filled in"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "Bytes given to tasks as files. Cannot be changed; make another one and switch to it.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "Content and how to read it.",
         "properties": {
          "data": {
           "type": "string",
           "format": "byte",
           "x-kit-immutable": true,
           "description": "Content, base64, 1 to 1,023,999 bytes."
          },
          "template": {
           "type": "string",
           "enum": [
            "golang"
           ],
           "x-kit-immutable": true,
           "description": "golang fills in placeholders such as {{.Node.Hostname}} on the node. Given as it is when left out."
          },
          "labels": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Labels of any text, as Docker has them."
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "events.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "events",
    "singular": "event",
    "kind": "Event",
    "listKind": "EventList",
    "shortNames": [
     "ev"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "additionalPrinterColumns": [
      {
       "name": "Last seen",
       "type": "date",
       "jsonPath": ".lastTimestamp",
       "description": "Time since it happened last"
      },
      {
       "name": "Type",
       "type": "string",
       "jsonPath": ".type",
       "description": "Normal or Warning"
      },
      {
       "name": "Reason",
       "type": "string",
       "jsonPath": ".reason",
       "description": "What happened in one word"
      },
      {
       "name": "Kind",
       "type": "string",
       "jsonPath": ".involvedObject.kind",
       "description": "Kind of the object that it happened to"
      },
      {
       "name": "Object",
       "type": "string",
       "jsonPath": ".involvedObject.name",
       "description": "Name of the object that it happened to"
      },
      {
       "name": "Message",
       "type": "string",
       "jsonPath": ".message",
       "description": "What happened"
      },
      {
       "name": "Count",
       "type": "integer",
       "jsonPath": ".count",
       "priority": 1,
       "description": "How often"
      },
      {
       "name": "Source",
       "type": "string",
       "jsonPath": ".source.component",
       "priority": 1,
       "description": "Who saw it"
      },
      {
       "name": "First seen",
       "type": "date",
       "jsonPath": ".firstTimestamp",
       "priority": 1,
       "description": "Time since it happened first"
      },
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "priority": 1,
       "description": "Name of the event"
      }
     ],
     "selectableFields": [
      {
       "jsonPath": ".involvedObject.kind"
      },
      {
       "jsonPath": ".involvedObject.name"
      },
      {
       "jsonPath": ".involvedObject.uid"
      },
      {
       "jsonPath": ".type"
      },
      {
       "jsonPath": ".reason"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "Something that happened, for people to read. The leader keeps the newest in memory; they are never part of the log.",
       "required": [
        "involvedObject",
        "type",
        "reason",
        "message",
        "count",
        "firstTimestamp",
        "lastTimestamp",
        "source"
       ],
       "properties": {
        "involvedObject": {
         "type": "object",
         "description": "What it happened to.",
         "required": [
          "apiVersion",
          "kind",
          "name"
         ],
         "properties": {
          "apiVersion": {
           "type": "string",
           "description": "Always kit/v1."
          },
          "kind": {
           "type": "string",
           "description": "Kind."
          },
          "name": {
           "type": "string",
           "description": "Name."
          },
          "uid": {
           "type": "string",
           "description": "Uid."
          }
         }
        },
        "type": {
         "type": "string",
         "enum": [
          "Normal",
          "Warning"
         ],
         "description": "Whether somebody should look."
        },
        "reason": {
         "type": "string",
         "maxLength": 128,
         "description": "One CamelCase word for programs."
        },
        "message": {
         "type": "string",
         "maxLength": 1024,
         "description": "A sentence for people."
        },
        "count": {
         "type": "integer",
         "format": "int32",
         "minimum": 1,
         "description": "How often the same was recorded."
        },
        "firstTimestamp": {
         "type": "string",
         "format": "date-time",
         "description": "When it happened first."
        },
        "lastTimestamp": {
         "type": "string",
         "format": "date-time",
         "description": "When it happened last."
        },
        "source": {
         "type": "object",
         "description": "Who recorded it.",
         "required": [
          "component"
         ],
         "properties": {
          "component": {
           "type": "string",
           "maxLength": 253,
           "description": "A controller, or agent/ and the node."
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "networks.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "networks",
    "singular": "network",
    "kind": "Network",
    "listKind": "NetworkList",
    "shortNames": [
     "net"
    ],
    "categories": [
     "all",
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the network"
      },
      {
       "name": "Driver",
       "type": "string",
       "jsonPath": ".spec.driver",
       "description": "What makes it"
      },
      {
       "name": "Subnet",
       "type": "string",
       "jsonPath": ".status.subnets[*]",
       "description": "Addresses that it gives out"
      },
      {
       "name": "Attachable",
       "type": "boolean",
       "jsonPath": ".spec.attachable",
       "priority": 1,
       "description": "Whether single containers may join"
      },
      {
       "name": "Internal",
       "type": "boolean",
       "jsonPath": ".spec.internal",
       "priority": 1,
       "description": "Whether it is cut off from outside"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A network that tasks of services are attached to. It cannot be changed while it exists.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "What the user wants.",
         "properties": {
          "driver": {
           "type": "string",
           "minLength": 1,
           "maxLength": 255,
           "default": "overlay",
           "x-kit-immutable": true,
           "description": "What makes the network: overlay spans nodes, bridge and others stay on one node."
          },
          "driverOptions": {
           "type": "object",
           "x-kit-immutable": true,
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Options for the driver."
          },
          "attachable": {
           "type": "boolean",
           "default": false,
           "x-kit-immutable": true,
           "description": "Containers that belong to no service may join. Not allowed with ingress."
          },
          "internal": {
           "type": "boolean",
           "default": false,
           "x-kit-immutable": true,
           "description": "No way out of the network and none in."
          },
          "ingress": {
           "type": "boolean",
           "default": false,
           "x-kit-immutable": true,
           "description": "Carries traffic of published ports between nodes. At most one network does."
          },
          "ipv6": {
           "type": "boolean",
           "default": false,
           "x-kit-immutable": true,
           "description": "Give out IPv6 addresses too."
          },
          "hostNetwork": {
           "type": "string",
           "maxLength": 255,
           "x-kit-immutable": true,
           "description": "A network that every node has already, by its name there, such as host. Nothing is created."
          },
          "ipam": {
           "type": "object",
           "description": "How addresses are given out. Chosen by kit when left out.",
           "x-kit-immutable": true,
           "properties": {
            "driver": {
             "type": "string",
             "default": "default",
             "description": "What gives out addresses."
            },
            "options": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Options for that driver."
            },
            "configs": {
             "type": "array",
             "maxItems": 16,
             "description": "Address ranges.",
             "items": {
              "type": "object",
              "description": "One range.",
              "properties": {
               "subnet": {
                "type": "string",
                "format": "cidr",
                "description": "The range: 10.0.9.0/24."
               },
               "range": {
                "type": "string",
                "format": "cidr",
                "description": "Part of subnet that tasks get addresses from. All of it when left out."
               },
               "gateway": {
                "type": "string",
                "format": "ip",
                "description": "Address of the gateway. The first of the subnet when left out."
               },
               "reserved": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "format": "ip",
                 "description": "Address."
                },
                "description": "Addresses that no task gets, by name."
               }
              }
             }
            }
           }
          },
          "labels": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Labels that the engine's network carries."
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What the allocator assigned.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation that this status describes."
          },
          "subnets": {
           "type": "array",
           "items": {
            "type": "string",
            "description": "10.0.9.0/24."
           },
           "description": "Ranges in use."
          },
          "gateways": {
           "type": "array",
           "items": {
            "type": "string",
            "description": "Address."
           },
           "description": "Gateways, in the order of subnets."
          },
          "driverState": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "What the driver must remember, such as the VXLAN id."
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "nodes.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "nodes",
    "singular": "node",
    "kind": "Node",
    "listKind": "NodeList",
    "shortNames": [
     "no"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Id of the node"
      },
      {
       "name": "Hostname",
       "type": "string",
       "jsonPath": ".status.description.hostname",
       "description": "Host name it reports"
      },
      {
       "name": "Status",
       "type": "string",
       "jsonPath": ".status.state",
       "description": "Whether it answers"
      },
      {
       "name": "Availability",
       "type": "string",
       "jsonPath": ".spec.availability",
       "description": "Whether it takes tasks"
      },
      {
       "name": "Role",
       "type": "string",
       "jsonPath": ".status.role",
       "description": "Manager or worker"
      },
      {
       "name": "CPUs",
       "type": "number",
       "jsonPath": ".status.description.resources.cpus",
       "priority": 1,
       "description": "CPU cores"
      },
      {
       "name": "Memory",
       "type": "integer",
       "format": "bytes",
       "jsonPath": ".status.description.resources.memoryBytes",
       "priority": 1,
       "description": "Memory in bytes"
      },
      {
       "name": "Executor",
       "type": "string",
       "jsonPath": ".status.description.executor",
       "priority": 1,
       "description": "What runs its tasks"
      },
      {
       "name": "Version",
       "type": "string",
       "jsonPath": ".status.description.version",
       "priority": 1,
       "description": "Version of kitd"
      },
      {
       "name": "Trouble",
       "type": "string",
       "jsonPath": ".status.description.trouble",
       "priority": 1,
       "description": "Why its executor runs nothing now"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it joined"
      }
     ],
     "selectableFields": [
      {
       "jsonPath": ".spec.availability"
      },
      {
       "jsonPath": ".status.state"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A machine that runs kitd. Its name is its id; its labels are what node.labels.* in constraints reads.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "What the operator wants.",
         "properties": {
          "role": {
           "type": "string",
           "enum": [
            "Worker",
            "Manager"
           ],
           "default": "Worker",
           "description": "Role it should have."
          },
          "availability": {
           "type": "string",
           "enum": [
            "Active",
            "Pause",
            "Drain"
           ],
           "default": "Active",
           "description": "Active takes tasks; Pause keeps what it has; Drain gives its tasks away."
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What managers observed.",
         "properties": {
          "state": {
           "type": "string",
           "enum": [
            "Unknown",
            "Ready",
            "Down",
            "Disconnected"
           ],
           "description": "Whether it answers."
          },
          "stateAt": {
           "type": "integer",
           "description": "When state last changed, ms since 1970. A Down node's tasks are orphaned 24 h after it."
          },
          "message": {
           "type": "string",
           "description": "Why."
          },
          "leftAt": {
           "type": "integer",
           "description": "When it said that it leaves the cluster, ms since 1970. Absent once it is back."
          },
          "address": {
           "type": "string",
           "description": "Address that managers see."
          },
          "role": {
           "type": "string",
           "enum": [
            "Worker",
            "Manager"
           ],
           "description": "Role that it is granted; its certificate follows."
          },
          "description": {
           "type": "object",
           "description": "What the node reports about itself.",
           "required": [
            "hostname",
            "platform",
            "resources",
            "executor"
           ],
           "properties": {
            "hostname": {
             "type": "string",
             "description": "Host name."
            },
            "platform": {
             "type": "object",
             "description": "Platform.",
             "required": [
              "os",
              "arch"
             ],
             "properties": {
              "os": {
               "type": "string",
               "description": "Operating system."
              },
              "arch": {
               "type": "string",
               "description": "Processor architecture."
              }
             }
            },
            "resources": {
             "type": "object",
             "description": "All that it has.",
             "required": [
              "cpus",
              "memoryBytes"
             ],
             "properties": {
              "cpus": {
               "type": "number",
               "description": "CPU cores."
              },
              "memoryBytes": {
               "type": "integer",
               "description": "Memory."
              },
              "generic": {
               "type": "object",
               "additionalProperties": {
                "type": "array",
                "items": {
                 "type": "string",
                 "description": "A value; or one entry, a number, for an amount."
                },
                "description": "Values."
               },
               "description": "User-defined resources."
              }
             }
            },
            "executor": {
             "type": "string",
             "enum": [
              "docker",
              "process",
              "simulated"
             ],
             "description": "What runs its tasks."
            },
            "engine": {
             "type": "object",
             "description": "Container engine.",
             "properties": {
              "version": {
               "type": "string",
               "description": "Version."
              },
              "labels": {
               "type": "object",
               "additionalProperties": {
                "type": "string",
                "description": "Value."
               },
               "description": "What engine.labels.* in constraints reads."
              },
              "plugins": {
               "type": "array",
               "items": {
                "type": "object",
                "description": "One plugin.",
                "required": [
                 "type",
                 "name"
                ],
                "properties": {
                 "type": {
                  "type": "string",
                  "enum": [
                   "Volume",
                   "Network",
                   "Log"
                  ],
                  "description": "Type."
                 },
                 "name": {
                  "type": "string",
                  "description": "Name."
                 }
                }
               },
               "description": "Plugins."
              }
             }
            },
            "version": {
             "type": "string",
             "description": "Version of kitd."
            },
            "managerAddress": {
             "type": "string",
             "description": "Of managers: host:port where other nodes join."
            },
            "apiAddress": {
             "type": "string",
             "description": "Of managers: host:port where users of other machines connect."
            },
            "trouble": {
             "type": "string",
             "description": "Why its executor runs nothing now; absent while all is well. The node gets no new tasks."
            },
            "issuer": {
             "type": "string",
             "description": "Whose certificate it goes with: SHA-256 of the public key of that root, hexadecimal."
            }
           }
          },
          "certificate": {
           "type": "object",
           "description": "The certificate that the cluster gave it last.",
           "required": [
            "publicKey",
            "notAfter"
           ],
           "properties": {
            "publicKey": {
             "type": "string",
             "description": "SHA-256 of its public key, hexadecimal."
            },
            "formerPublicKey": {
             "type": "string",
             "description": "The same of the one before: a node that has not heard of the last still has that key."
            },
            "notAfter": {
             "type": "integer",
             "description": "It is valid until then, ms since 1970."
            }
           }
          },
          "renewal": {
           "type": "object",
           "description": "The node was asked to get a certificate of another root.",
           "required": [
            "issuer",
            "at"
           ],
           "properties": {
            "issuer": {
             "type": "string",
             "description": "SHA-256 of the public key of that root, hexadecimal."
            },
            "at": {
             "type": "integer",
             "description": "When it was asked, ms since 1970."
            }
           }
          },
          "manager": {
           "type": "object",
           "description": "Its part in the group of managers, as the leader sees it. Absent of a node that is not in the group.",
           "required": [
            "member",
            "reachable"
           ],
           "properties": {
            "member": {
             "type": "string",
             "enum": [
              "Leader",
              "Voter",
              "Learner"
             ],
             "description": "A Learner gets everything and has no say yet."
            },
            "reachable": {
             "type": "boolean",
             "description": "It answered the leader lately."
            },
            "diverged": {
             "type": "string",
             "description": "Its state is not that of the other managers: how it differs, and how to mend it."
            }
           }
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "revisions.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "revisions",
    "singular": "revision",
    "kind": "Revision",
    "listKind": "RevisionList",
    "shortNames": [
     "rev"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the revision"
      },
      {
       "name": "Service",
       "type": "string",
       "jsonPath": ".spec.service",
       "description": "Whose template it is"
      },
      {
       "name": "Number",
       "type": "integer",
       "jsonPath": ".spec.number",
       "description": "Order of first use"
      },
      {
       "name": "Image",
       "type": "string",
       "jsonPath": ".spec.template.image",
       "description": "Image"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "selectableFields": [
      {
       "jsonPath": ".spec.service"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "An immutable snapshot of a service's task template, without placement and registry credentials, named by content.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "The snapshot.",
         "required": [
          "service",
          "serviceUid",
          "number",
          "template"
         ],
         "properties": {
          "service": {
           "type": "string",
           "description": "Name of its service."
          },
          "serviceUid": {
           "type": "string",
           "description": "Uid of its service."
          },
          "number": {
           "type": "integer",
           "description": "1 for the first revision of the service, then counting up."
          },
          "template": {
           "type": "object",
           "description": "What each task runs.",
           "properties": {
            "image": {
             "type": "string",
             "maxLength": 4096,
             "description": "Image reference. The process executor ignores it."
            },
            "entrypoint": {
             "type": "array",
             "maxItems": 1000,
             "items": {
              "type": "string",
              "description": "One word."
             },
             "description": "Program and first arguments. The image's own when left out."
            },
            "command": {
             "type": "array",
             "maxItems": 1000,
             "items": {
              "type": "string",
              "description": "One word."
             },
             "description": "Arguments after entrypoint. With no entrypoint the process executor runs this as the program."
            },
            "env": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value; may hold placeholders."
             },
             "description": "Environment variables. Values may hold placeholders such as {{.Task.Slot}}."
            },
            "workingDir": {
             "type": "string",
             "description": "Directory the program starts in."
            },
            "user": {
             "type": "string",
             "description": "User name or uid, with :group when wanted."
            },
            "groups": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Group name or gid."
             },
             "description": "Additional groups."
            },
            "hostname": {
             "type": "string",
             "description": "Host name inside the container; may hold placeholders."
            },
            "labels": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Labels of the container."
            },
            "stopSignal": {
             "type": "string",
             "pattern": "^(SIG)?[A-Z0-9+]+$|^[0-9]+$",
             "description": "Signal that asks the program to stop. SIGTERM when left out."
            },
            "stopGracePeriod": {
             "type": "string",
             "format": "duration",
             "default": "10s",
             "description": "Time between the stop signal and SIGKILL."
            },
            "init": {
             "type": "boolean",
             "description": "Run an init process as pid 1."
            },
            "tty": {
             "type": "boolean",
             "description": "Allocate a terminal."
            },
            "stdinOpen": {
             "type": "boolean",
             "description": "Keep standard input open."
            },
            "readOnly": {
             "type": "boolean",
             "description": "Mount the root file system read-only."
            },
            "isolation": {
             "type": "string",
             "description": "Windows isolation technology."
            },
            "healthCheck": {
             "type": "object",
             "description": "How to tell that the program works. Without one, running is healthy.",
             "properties": {
              "test": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "One word."
               },
               "description": "[NONE], [CMD, program, arguments…] or [CMD-SHELL, line]. The image's own when left out."
              },
              "interval": {
               "type": "string",
               "format": "duration",
               "default": "30s",
               "description": "Time between two checks."
              },
              "timeout": {
               "type": "string",
               "format": "duration",
               "default": "30s",
               "description": "A check that takes longer failed."
              },
              "retries": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "default": 3,
               "description": "Failures in a row that make the task unhealthy."
              },
              "startPeriod": {
               "type": "string",
               "format": "duration",
               "default": "0s",
               "description": "Failures in this time after the start do not count."
              },
              "startInterval": {
               "type": "string",
               "format": "duration",
               "default": "5s",
               "description": "Time between two checks during startPeriod."
              }
             }
            },
            "resources": {
             "type": "object",
             "description": "What a task may use, and what it is promised.",
             "properties": {
              "limits": {
               "type": "object",
               "description": "Most that a task may use.",
               "properties": {
                "cpus": {
                 "type": "string",
                 "format": "cpu",
                 "description": "CPU cores: 0.5 or 500m."
                },
                "memory": {
                 "type": "string",
                 "format": "memory",
                 "description": "Memory: 500M, 512Mi, or bytes."
                },
                "pids": {
                 "type": "integer",
                 "minimum": 0,
                 "description": "Processes. 0 means no limit."
                }
               }
              },
              "reservations": {
               "type": "object",
               "description": "What the scheduler sets aside on the node.",
               "properties": {
                "cpus": {
                 "type": "string",
                 "format": "cpu",
                 "description": "CPU cores."
                },
                "memory": {
                 "type": "string",
                 "format": "memory",
                 "description": "Memory."
                },
                "generic": {
                 "type": "object",
                 "additionalProperties": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "How many."
                 },
                 "description": "User-defined resources, such as gpu: 2."
                }
               }
              }
             }
            },
            "restart": {
             "type": "object",
             "description": "What happens when a task ends.",
             "properties": {
              "condition": {
               "type": "string",
               "enum": [
                "Any",
                "OnFailure",
                "None"
               ],
               "default": "Any",
               "description": "Which ends call for a new task."
              },
              "delay": {
               "type": "string",
               "format": "duration",
               "default": "5s",
               "description": "Wait before the new task starts."
              },
              "maxAttempts": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "default": 0,
               "description": "Restarts allowed within window. 0 means no limit."
              },
              "window": {
               "type": "string",
               "format": "duration",
               "default": "0s",
               "description": "Only restarts this recent count towards maxAttempts. 0 means all."
              }
             }
            },
            "placement": {
             "type": "object",
             "description": "Which nodes may run a task. Changing it alone replaces no task that still fits.",
             "properties": {
              "constraints": {
               "type": "array",
               "maxItems": 100,
               "items": {
                "type": "string",
                "format": "constraint",
                "description": "key == value, or key != value."
               },
               "description": "All must hold on the node."
              },
              "preferences": {
               "type": "array",
               "maxItems": 10,
               "items": {
                "type": "object",
                "description": "One level.",
                "required": [
                 "spread"
                ],
                "properties": {
                 "spread": {
                  "type": "string",
                  "description": "node.labels.<key> or engine.labels.<key>."
                 }
                }
               },
               "description": "Spread tasks evenly over the values of these, outermost first."
              },
              "platforms": {
               "type": "array",
               "maxItems": 100,
               "items": {
                "type": "object",
                "description": "One platform.",
                "properties": {
                 "os": {
                  "type": "string",
                  "description": "Operating system."
                 },
                 "arch": {
                  "type": "string",
                  "description": "Processor architecture."
                 }
                }
               },
               "description": "Any of these; every platform when empty."
              },
              "maxReplicasPerNode": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "description": "Most tasks of this service on one node. 0 means no limit."
              }
             }
            },
            "networks": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One network.",
              "required": [
               "target"
              ],
              "properties": {
               "target": {
                "type": "string",
                "description": "Name of the Network."
               },
               "aliases": {
                "type": "array",
                "items": {
                 "type": "string",
                 "description": "Name."
                },
                "description": "Further names of the service there."
               },
               "driverOptions": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Options for the driver."
               }
              }
             },
             "description": "Networks that tasks are attached to."
            },
            "mounts": {
             "type": "array",
             "description": "File systems inside the task.",
             "items": {
              "type": "object",
              "description": "One mount.",
              "required": [
               "type",
               "target"
              ],
              "properties": {
               "type": {
                "type": "string",
                "enum": [
                 "Bind",
                 "Volume",
                 "Tmpfs",
                 "Npipe",
                 "Cluster"
                ],
                "description": "What is mounted."
               },
               "source": {
                "type": "string",
                "description": "Path on the node, or name of the volume."
               },
               "target": {
                "type": "string",
                "minLength": 1,
                "description": "Path inside the task."
               },
               "readOnly": {
                "type": "boolean",
                "description": "Forbid writes."
               },
               "propagation": {
                "type": "string",
                "description": "Bind propagation."
               },
               "noCopy": {
                "type": "boolean",
                "description": "Do not fill a new volume with the image's files."
               },
               "driver": {
                "type": "string",
                "description": "Volume driver."
               },
               "driverOptions": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Options for the volume driver."
               },
               "labels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Labels of a volume made for this mount."
               },
               "sizeBytes": {
                "type": "integer",
                "minimum": 0,
                "description": "Size of a tmpfs."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "description": "Permission bits of a tmpfs."
               }
              }
             }
            },
            "secrets": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One secret.",
              "required": [
               "source"
              ],
              "properties": {
               "source": {
                "type": "string",
                "description": "Name of the object."
               },
               "target": {
                "type": "string",
                "description": "File name: for a secret below the secrets directory. The object's name when left out."
               },
               "uid": {
                "type": "string",
                "description": "Owner of the file."
               },
               "gid": {
                "type": "string",
                "description": "Group of the file."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "maximum": 511,
                "description": "Permission bits. 0444 when left out."
               }
              }
             },
             "description": "Secrets given to tasks as files."
            },
            "configs": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One config.",
              "required": [
               "source"
              ],
              "properties": {
               "source": {
                "type": "string",
                "description": "Name of the object."
               },
               "target": {
                "type": "string",
                "description": "File name: for a secret below the secrets directory. The object's name when left out."
               },
               "uid": {
                "type": "string",
                "description": "Owner of the file."
               },
               "gid": {
                "type": "string",
                "description": "Group of the file."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "maximum": 511,
                "description": "Permission bits. 0444 when left out."
               }
              }
             },
             "description": "Configs given to tasks as files."
            },
            "extraHosts": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "host:address."
             },
             "description": "Further lines for the hosts file."
            },
            "dns": {
             "type": "object",
             "description": "Name resolution inside the task.",
             "properties": {
              "nameservers": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Address."
               },
               "description": "Name servers."
              },
              "search": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Domain."
               },
               "description": "Search domains."
              },
              "options": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Option."
               },
               "description": "Resolver options."
              }
             }
            },
            "logDriver": {
             "type": "object",
             "description": "Where output goes.",
             "required": [
              "name"
             ],
             "properties": {
              "name": {
               "type": "string",
               "description": "Driver name."
              },
              "options": {
               "type": "object",
               "additionalProperties": {
                "type": "string",
                "description": "Value."
               },
               "description": "Options for the driver."
              }
             }
            },
            "capabilityAdd": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Name."
             },
             "description": "Capabilities to add."
            },
            "capabilityDrop": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Name."
             },
             "description": "Capabilities to take away."
            },
            "sysctls": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Kernel parameters of the container."
            },
            "ulimits": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One limit.",
              "required": [
               "name",
               "soft",
               "hard"
              ],
              "properties": {
               "name": {
                "type": "string",
                "description": "Name."
               },
               "soft": {
                "type": "integer",
                "description": "Soft limit."
               },
               "hard": {
                "type": "integer",
                "description": "Hard limit."
               }
              }
             },
             "description": "Resource limits of the container."
            },
            "oomScoreAdj": {
             "type": "integer",
             "minimum": -1000,
             "maximum": 1000,
             "description": "Likelihood of being killed when memory runs out."
            },
            "shmSize": {
             "type": "string",
             "format": "memory",
             "description": "Size of /dev/shm. The engine's own default when left out."
            },
            "registryAuth": {
             "type": "string",
             "description": "Registry credentials. Fresh ones replace no task."
            },
            "forceUpdate": {
             "type": "integer",
             "minimum": 0,
             "description": "Counting it up replaces every task."
            }
           }
          },
          "hostPorts": {
           "type": "array",
           "description": "Ports published in host mode.",
           "items": {
            "type": "object",
            "description": "One port.",
            "required": [
             "protocol",
             "targetPort",
             "publishedPort"
            ],
            "properties": {
             "protocol": {
              "type": "string",
              "enum": [
               "TCP",
               "UDP",
               "SCTP"
              ],
              "description": "Protocol."
             },
             "targetPort": {
              "type": "integer",
              "description": "Port of the task."
             },
             "publishedPort": {
              "type": "integer",
              "description": "Port of the node."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "secrets.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "secrets",
    "singular": "secret",
    "kind": "Secret",
    "listKind": "SecretList",
    "shortNames": [
     "sec"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the secret"
      },
      {
       "name": "Driver",
       "type": "string",
       "jsonPath": ".spec.driver.name",
       "priority": 1,
       "description": "Where its content comes from"
      },
      {
       "name": "Template",
       "type": "string",
       "jsonPath": ".spec.template",
       "priority": 1,
       "description": "Whether placeholders in it are filled in"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "Bytes that only the tasks that ask for them get to see. Cannot be changed; make another one and switch to it.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "Content and how to read it.",
         "properties": {
          "data": {
           "type": "string",
           "format": "byte",
           "x-kit-write-only": true,
           "x-kit-immutable": true,
           "description": "Content, base64, 1 to 511,999 bytes. It is written once and never shown again. Not allowed with driver."
          },
          "driver": {
           "type": "object",
           "description": "Fetches the content from elsewhere when a task needs it.",
           "x-kit-immutable": true,
           "required": [
            "name"
           ],
           "properties": {
            "name": {
             "type": "string",
             "minLength": 1,
             "maxLength": 255,
             "description": "Name of the driver."
            },
            "options": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Options for the driver."
            }
           }
          },
          "template": {
           "type": "string",
           "enum": [
            "golang"
           ],
           "x-kit-immutable": true,
           "description": "golang fills in placeholders such as {{.Node.Hostname}} on the node. Given as it is when left out."
          },
          "labels": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Labels of any text, as Docker has them."
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "services.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "services",
    "singular": "service",
    "kind": "Service",
    "listKind": "ServiceList",
    "shortNames": [
     "svc"
    ],
    "categories": [
     "all",
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {},
      "scale": {
       "specReplicasPath": ".spec.replicas",
       "statusReplicasPath": ".status.replicas.running"
      }
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the service"
      },
      {
       "name": "Mode",
       "type": "string",
       "jsonPath": ".spec.mode",
       "description": "How many tasks it runs and where"
      },
      {
       "name": "Replicas",
       "type": "string",
       "jsonPath": ".status.replicas.summary",
       "description": "Tasks that run or are done of those wanted"
      },
      {
       "name": "Image",
       "type": "string",
       "jsonPath": ".spec.template.image",
       "description": "Image of its tasks"
      },
      {
       "name": "Update",
       "type": "string",
       "jsonPath": ".status.update.state",
       "description": "Where its last update stands"
      },
      {
       "name": "Revision",
       "type": "string",
       "jsonPath": ".status.revision",
       "priority": 1,
       "description": "Name of the present revision"
      },
      {
       "name": "Ports",
       "type": "string",
       "jsonPath": ".spec.endpoint.ports[*].publishedPort",
       "priority": 1,
       "description": "Published ports"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A service runs tasks from one template, as many as its mode asks for, and keeps them running.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "What the user wants.",
         "required": [
          "template"
         ],
         "properties": {
          "mode": {
           "type": "string",
           "description": "How many tasks, and where: a number of replicas, one on each eligible node, or a job that ends.",
           "enum": [
            "Replicated",
            "Global",
            "ReplicatedJob",
            "GlobalJob"
           ],
           "default": "Replicated",
           "x-kit-immutable": true
          },
          "replicas": {
           "type": "integer",
           "format": "int32",
           "minimum": 0,
           "maximum": 1000000,
           "description": "Number of tasks of a Replicated service. 1 when left out. Not allowed in other modes."
          },
          "job": {
           "type": "object",
           "description": "Size of a ReplicatedJob. Not allowed in other modes.",
           "properties": {
            "maxConcurrent": {
             "type": "integer",
             "format": "int32",
             "minimum": 0,
             "description": "Most tasks that run at the same time. As many as totalCompletions when left out."
            },
            "totalCompletions": {
             "type": "integer",
             "format": "int32",
             "minimum": 0,
             "description": "Number of tasks that must complete. 1 when left out."
            }
           }
          },
          "labels": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Labels of any text, as Docker has them. Selectors work on metadata.labels."
          },
          "template": {
           "type": "object",
           "description": "What each task runs.",
           "properties": {
            "image": {
             "type": "string",
             "maxLength": 4096,
             "description": "Image reference. The process executor ignores it."
            },
            "entrypoint": {
             "type": "array",
             "maxItems": 1000,
             "items": {
              "type": "string",
              "description": "One word."
             },
             "description": "Program and first arguments. The image's own when left out."
            },
            "command": {
             "type": "array",
             "maxItems": 1000,
             "items": {
              "type": "string",
              "description": "One word."
             },
             "description": "Arguments after entrypoint. With no entrypoint the process executor runs this as the program."
            },
            "env": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value; may hold placeholders."
             },
             "description": "Environment variables. Values may hold placeholders such as {{.Task.Slot}}."
            },
            "workingDir": {
             "type": "string",
             "description": "Directory the program starts in."
            },
            "user": {
             "type": "string",
             "description": "User name or uid, with :group when wanted."
            },
            "groups": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Group name or gid."
             },
             "description": "Additional groups."
            },
            "hostname": {
             "type": "string",
             "description": "Host name inside the container; may hold placeholders."
            },
            "labels": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Labels of the container."
            },
            "stopSignal": {
             "type": "string",
             "pattern": "^(SIG)?[A-Z0-9+]+$|^[0-9]+$",
             "description": "Signal that asks the program to stop. SIGTERM when left out."
            },
            "stopGracePeriod": {
             "type": "string",
             "format": "duration",
             "default": "10s",
             "description": "Time between the stop signal and SIGKILL."
            },
            "init": {
             "type": "boolean",
             "description": "Run an init process as pid 1."
            },
            "tty": {
             "type": "boolean",
             "description": "Allocate a terminal."
            },
            "stdinOpen": {
             "type": "boolean",
             "description": "Keep standard input open."
            },
            "readOnly": {
             "type": "boolean",
             "description": "Mount the root file system read-only."
            },
            "isolation": {
             "type": "string",
             "description": "Windows isolation technology."
            },
            "healthCheck": {
             "type": "object",
             "description": "How to tell that the program works. Without one, running is healthy.",
             "properties": {
              "test": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "One word."
               },
               "description": "[NONE], [CMD, program, arguments…] or [CMD-SHELL, line]. The image's own when left out."
              },
              "interval": {
               "type": "string",
               "format": "duration",
               "default": "30s",
               "description": "Time between two checks."
              },
              "timeout": {
               "type": "string",
               "format": "duration",
               "default": "30s",
               "description": "A check that takes longer failed."
              },
              "retries": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "default": 3,
               "description": "Failures in a row that make the task unhealthy."
              },
              "startPeriod": {
               "type": "string",
               "format": "duration",
               "default": "0s",
               "description": "Failures in this time after the start do not count."
              },
              "startInterval": {
               "type": "string",
               "format": "duration",
               "default": "5s",
               "description": "Time between two checks during startPeriod."
              }
             }
            },
            "resources": {
             "type": "object",
             "description": "What a task may use, and what it is promised.",
             "properties": {
              "limits": {
               "type": "object",
               "description": "Most that a task may use.",
               "properties": {
                "cpus": {
                 "type": "string",
                 "format": "cpu",
                 "description": "CPU cores: 0.5 or 500m."
                },
                "memory": {
                 "type": "string",
                 "format": "memory",
                 "description": "Memory: 500M, 512Mi, or bytes."
                },
                "pids": {
                 "type": "integer",
                 "minimum": 0,
                 "description": "Processes. 0 means no limit."
                }
               }
              },
              "reservations": {
               "type": "object",
               "description": "What the scheduler sets aside on the node.",
               "properties": {
                "cpus": {
                 "type": "string",
                 "format": "cpu",
                 "description": "CPU cores."
                },
                "memory": {
                 "type": "string",
                 "format": "memory",
                 "description": "Memory."
                },
                "generic": {
                 "type": "object",
                 "additionalProperties": {
                  "type": "integer",
                  "minimum": 0,
                  "description": "How many."
                 },
                 "description": "User-defined resources, such as gpu: 2."
                }
               }
              }
             }
            },
            "restart": {
             "type": "object",
             "description": "What happens when a task ends.",
             "properties": {
              "condition": {
               "type": "string",
               "enum": [
                "Any",
                "OnFailure",
                "None"
               ],
               "default": "Any",
               "description": "Which ends call for a new task."
              },
              "delay": {
               "type": "string",
               "format": "duration",
               "default": "5s",
               "description": "Wait before the new task starts."
              },
              "maxAttempts": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "default": 0,
               "description": "Restarts allowed within window. 0 means no limit."
              },
              "window": {
               "type": "string",
               "format": "duration",
               "default": "0s",
               "description": "Only restarts this recent count towards maxAttempts. 0 means all."
              }
             }
            },
            "placement": {
             "type": "object",
             "description": "Which nodes may run a task. Changing it alone replaces no task that still fits.",
             "properties": {
              "constraints": {
               "type": "array",
               "maxItems": 100,
               "items": {
                "type": "string",
                "format": "constraint",
                "description": "key == value, or key != value."
               },
               "description": "All must hold on the node."
              },
              "preferences": {
               "type": "array",
               "maxItems": 10,
               "items": {
                "type": "object",
                "description": "One level.",
                "required": [
                 "spread"
                ],
                "properties": {
                 "spread": {
                  "type": "string",
                  "description": "node.labels.<key> or engine.labels.<key>."
                 }
                }
               },
               "description": "Spread tasks evenly over the values of these, outermost first."
              },
              "platforms": {
               "type": "array",
               "maxItems": 100,
               "items": {
                "type": "object",
                "description": "One platform.",
                "properties": {
                 "os": {
                  "type": "string",
                  "description": "Operating system."
                 },
                 "arch": {
                  "type": "string",
                  "description": "Processor architecture."
                 }
                }
               },
               "description": "Any of these; every platform when empty."
              },
              "maxReplicasPerNode": {
               "type": "integer",
               "format": "int32",
               "minimum": 0,
               "description": "Most tasks of this service on one node. 0 means no limit."
              }
             }
            },
            "networks": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One network.",
              "required": [
               "target"
              ],
              "properties": {
               "target": {
                "type": "string",
                "description": "Name of the Network."
               },
               "aliases": {
                "type": "array",
                "items": {
                 "type": "string",
                 "description": "Name."
                },
                "description": "Further names of the service there."
               },
               "driverOptions": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Options for the driver."
               }
              }
             },
             "description": "Networks that tasks are attached to."
            },
            "mounts": {
             "type": "array",
             "description": "File systems inside the task.",
             "items": {
              "type": "object",
              "description": "One mount.",
              "required": [
               "type",
               "target"
              ],
              "properties": {
               "type": {
                "type": "string",
                "enum": [
                 "Bind",
                 "Volume",
                 "Tmpfs",
                 "Npipe",
                 "Cluster"
                ],
                "description": "What is mounted."
               },
               "source": {
                "type": "string",
                "description": "Path on the node, or name of the volume."
               },
               "target": {
                "type": "string",
                "minLength": 1,
                "description": "Path inside the task."
               },
               "readOnly": {
                "type": "boolean",
                "description": "Forbid writes."
               },
               "propagation": {
                "type": "string",
                "description": "Bind propagation."
               },
               "noCopy": {
                "type": "boolean",
                "description": "Do not fill a new volume with the image's files."
               },
               "driver": {
                "type": "string",
                "description": "Volume driver."
               },
               "driverOptions": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Options for the volume driver."
               },
               "labels": {
                "type": "object",
                "additionalProperties": {
                 "type": "string",
                 "description": "Value."
                },
                "description": "Labels of a volume made for this mount."
               },
               "sizeBytes": {
                "type": "integer",
                "minimum": 0,
                "description": "Size of a tmpfs."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "description": "Permission bits of a tmpfs."
               }
              }
             }
            },
            "secrets": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One secret.",
              "required": [
               "source"
              ],
              "properties": {
               "source": {
                "type": "string",
                "description": "Name of the object."
               },
               "target": {
                "type": "string",
                "description": "File name: for a secret below the secrets directory. The object's name when left out."
               },
               "uid": {
                "type": "string",
                "description": "Owner of the file."
               },
               "gid": {
                "type": "string",
                "description": "Group of the file."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "maximum": 511,
                "description": "Permission bits. 0444 when left out."
               }
              }
             },
             "description": "Secrets given to tasks as files."
            },
            "configs": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One config.",
              "required": [
               "source"
              ],
              "properties": {
               "source": {
                "type": "string",
                "description": "Name of the object."
               },
               "target": {
                "type": "string",
                "description": "File name: for a secret below the secrets directory. The object's name when left out."
               },
               "uid": {
                "type": "string",
                "description": "Owner of the file."
               },
               "gid": {
                "type": "string",
                "description": "Group of the file."
               },
               "mode": {
                "type": "integer",
                "minimum": 0,
                "maximum": 511,
                "description": "Permission bits. 0444 when left out."
               }
              }
             },
             "description": "Configs given to tasks as files."
            },
            "extraHosts": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "host:address."
             },
             "description": "Further lines for the hosts file."
            },
            "dns": {
             "type": "object",
             "description": "Name resolution inside the task.",
             "properties": {
              "nameservers": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Address."
               },
               "description": "Name servers."
              },
              "search": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Domain."
               },
               "description": "Search domains."
              },
              "options": {
               "type": "array",
               "items": {
                "type": "string",
                "description": "Option."
               },
               "description": "Resolver options."
              }
             }
            },
            "logDriver": {
             "type": "object",
             "description": "Where output goes.",
             "required": [
              "name"
             ],
             "properties": {
              "name": {
               "type": "string",
               "description": "Driver name."
              },
              "options": {
               "type": "object",
               "additionalProperties": {
                "type": "string",
                "description": "Value."
               },
               "description": "Options for the driver."
              }
             }
            },
            "capabilityAdd": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Name."
             },
             "description": "Capabilities to add."
            },
            "capabilityDrop": {
             "type": "array",
             "items": {
              "type": "string",
              "description": "Name."
             },
             "description": "Capabilities to take away."
            },
            "sysctls": {
             "type": "object",
             "additionalProperties": {
              "type": "string",
              "description": "Value."
             },
             "description": "Kernel parameters of the container."
            },
            "ulimits": {
             "type": "array",
             "items": {
              "type": "object",
              "description": "One limit.",
              "required": [
               "name",
               "soft",
               "hard"
              ],
              "properties": {
               "name": {
                "type": "string",
                "description": "Name."
               },
               "soft": {
                "type": "integer",
                "description": "Soft limit."
               },
               "hard": {
                "type": "integer",
                "description": "Hard limit."
               }
              }
             },
             "description": "Resource limits of the container."
            },
            "oomScoreAdj": {
             "type": "integer",
             "minimum": -1000,
             "maximum": 1000,
             "description": "Likelihood of being killed when memory runs out."
            },
            "shmSize": {
             "type": "string",
             "format": "memory",
             "description": "Size of /dev/shm. The engine's own default when left out."
            },
            "registryAuth": {
             "type": "string",
             "description": "Registry credentials. Fresh ones replace no task."
            },
            "forceUpdate": {
             "type": "integer",
             "minimum": 0,
             "description": "Counting it up replaces every task."
            }
           }
          },
          "paused": {
           "type": "boolean",
           "description": "Holds rollouts: no task is replaced by one of another revision while this is true. Its tasks are restarted as they are."
          },
          "acceptedFailures": {
           "type": "object",
           "description": "Failures in spite of which a rollout goes on. It is how somebody resumes one that they paused.",
           "required": [
            "rollout",
            "count"
           ],
           "properties": {
            "rollout": {
             "type": "string",
             "maxLength": 64,
             "description": "Which one: status.update.id."
            },
            "count": {
             "type": "integer",
             "format": "int32",
             "minimum": 0,
             "description": "How many: those that status.update counts."
            }
           }
          },
          "update": {
           "type": "object",
           "description": "How a new revision replaces the old one.",
           "properties": {
            "parallelism": {
             "type": "integer",
             "format": "int32",
             "minimum": 0,
             "default": 1,
             "description": "Slots replaced at the same time. 0 means all."
            },
            "delay": {
             "type": "string",
             "format": "duration",
             "default": "0s",
             "description": "Wait after each slot before the next takes its place in the budget."
            },
            "monitor": {
             "type": "string",
             "format": "duration",
             "default": "5s",
             "description": "A new task that fails within this time after its start counts as a failed update."
            },
            "failureAction": {
             "type": "string",
             "enum": [
              "Pause",
              "Continue",
              "Rollback"
             ],
             "default": "Pause",
             "description": "What to do when more than maxFailureRatio failed."
            },
            "maxFailureRatio": {
             "type": "number",
             "minimum": 0,
             "maximum": 1,
             "default": 0,
             "description": "Share of failed slots that is tolerated."
            },
            "order": {
             "type": "string",
             "enum": [
              "StopFirst",
              "StartFirst"
             ],
             "default": "StopFirst",
             "description": "Stop the old task first, or start the new one first."
            }
           }
          },
          "rollback": {
           "type": "object",
           "description": "How an automatic or requested rollback replaces the newer revision.",
           "properties": {
            "parallelism": {
             "type": "integer",
             "format": "int32",
             "minimum": 0,
             "default": 1,
             "description": "Slots replaced at the same time. 0 means all."
            },
            "delay": {
             "type": "string",
             "format": "duration",
             "default": "0s",
             "description": "Wait after each slot before the next takes its place in the budget."
            },
            "monitor": {
             "type": "string",
             "format": "duration",
             "default": "5s",
             "description": "A new task that fails within this time after its start counts as a failed update."
            },
            "failureAction": {
             "type": "string",
             "enum": [
              "Pause",
              "Continue",
              "Rollback"
             ],
             "default": "Pause",
             "description": "What to do when more than maxFailureRatio failed."
            },
            "maxFailureRatio": {
             "type": "number",
             "minimum": 0,
             "maximum": 1,
             "default": 0,
             "description": "Share of failed slots that is tolerated."
            },
            "order": {
             "type": "string",
             "enum": [
              "StopFirst",
              "StartFirst"
             ],
             "default": "StopFirst",
             "description": "Stop the old task first, or start the new one first."
            }
           }
          },
          "endpoint": {
           "type": "object",
           "description": "How the service is reached.",
           "properties": {
            "mode": {
             "type": "string",
             "enum": [
              "VIP",
              "DNSRR"
             ],
             "default": "VIP",
             "description": "One virtual address for all tasks (VIP), or all task addresses by name (DNSRR)."
            },
            "ports": {
             "type": "array",
             "description": "Published ports.",
             "maxItems": 1000,
             "items": {
              "type": "object",
              "description": "One published port.",
              "required": [
               "targetPort"
              ],
              "properties": {
               "name": {
                "type": "string",
                "maxLength": 63,
                "description": "A name for people."
               },
               "protocol": {
                "type": "string",
                "enum": [
                 "TCP",
                 "UDP",
                 "SCTP"
                ],
                "default": "TCP",
                "description": "Transport protocol."
               },
               "targetPort": {
                "type": "integer",
                "format": "int32",
                "minimum": 1,
                "maximum": 65535,
                "description": "Port that the task listens on."
               },
               "publishedPort": {
                "type": "integer",
                "format": "int32",
                "minimum": 0,
                "maximum": 65535,
                "description": "Port that clients connect to. Chosen from 30000 to 32767 when left out or 0."
               },
               "publishMode": {
                "type": "string",
                "enum": [
                 "Ingress",
                 "Host"
                ],
                "default": "Ingress",
                "description": "Every node answers for all tasks (Ingress), or each task binds the port on its own node (Host)."
               },
               "proxyProtocol": {
                "type": "string",
                "enum": [
                 "None",
                 "V2"
                ],
                "default": "None",
                "description": "Tell the task who connected: a PROXY protocol header ahead of the first byte. TCP in Ingress mode only."
               }
              }
             }
            }
           }
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What kit observed and decided. Written by controllers only.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation that this status describes."
          },
          "replicas": {
           "type": "object",
           "description": "Task counts, written by the replicated, global or job controller.",
           "properties": {
            "desired": {
             "type": "integer",
             "description": "Tasks wanted."
            },
            "running": {
             "type": "integer",
             "description": "Tasks observed Running on nodes that are up."
            },
            "completed": {
             "type": "integer",
             "description": "Tasks that completed (jobs and one-shot services)."
            },
            "summary": {
             "type": "string",
             "description": "For tables: 2/3 are up, 3/3 (1 done), 1/1 done."
            }
           }
          },
          "revision": {
           "type": "string",
           "description": "Name of the Revision made of the present template."
          },
          "revisionGeneration": {
           "type": "integer",
           "description": "The generation that revision was made of."
          },
          "lastGood": {
           "type": "string",
           "description": "The newest revision that has shown that it runs. A rollback goes here."
          },
          "previousGood": {
           "type": "string",
           "description": "The revision that was last good before it. Undoing a good revision goes here."
          },
          "update": {
           "type": "object",
           "description": "The last rolling update or rollback, with everything that must survive a leader change.",
           "required": [
            "id",
            "of",
            "target",
            "state",
            "startedAt",
            "total",
            "failures"
           ],
           "properties": {
            "id": {
             "type": "string",
             "description": "Identifies this rollout. Tasks that it creates carry it."
            },
            "of": {
             "type": "string",
             "description": "The status.revision it started for."
            },
            "target": {
             "type": "string",
             "description": "The revision it moves tasks to."
            },
            "from": {
             "type": "string",
             "description": "The revision to return to when it fails."
            },
            "state": {
             "type": "string",
             "enum": [
              "Updating",
              "Paused",
              "Completed",
              "RollbackStarted",
              "RollbackPaused",
              "RollbackCompleted"
             ],
             "description": "Where it stands."
            },
            "startedAt": {
             "type": "integer",
             "description": "Start, ms since 1970."
            },
            "completedAt": {
             "type": "integer",
             "description": "End, ms since 1970."
            },
            "total": {
             "type": "integer",
             "description": "Slots that were out of date at the start."
            },
            "failures": {
             "type": "integer",
             "description": "Tasks of this rollout that failed within the monitor time."
            },
            "reason": {
             "type": "string",
             "description": "Why it paused or rolled back."
            },
            "requested": {
             "type": "boolean",
             "description": "It is paused because spec.paused says so, and goes on when that no longer does."
            }
           }
          },
          "endpoint": {
           "type": "object",
           "description": "What the allocator assigned.",
           "properties": {
            "observedPorts": {
             "type": "string",
             "description": "The spec the assignment was made for."
            },
            "ports": {
             "type": "array",
             "description": "Published ports with their numbers.",
             "items": {
              "type": "object",
              "description": "One assigned port.",
              "required": [
               "protocol",
               "targetPort",
               "publishedPort",
               "publishMode"
              ],
              "properties": {
               "name": {
                "type": "string",
                "description": "As in spec."
               },
               "protocol": {
                "type": "string",
                "enum": [
                 "TCP",
                 "UDP",
                 "SCTP"
                ],
                "description": "As in spec."
               },
               "targetPort": {
                "type": "integer",
                "description": "As in spec."
               },
               "publishedPort": {
                "type": "integer",
                "description": "The assigned number."
               },
               "publishMode": {
                "type": "string",
                "enum": [
                 "Ingress",
                 "Host"
                ],
                "description": "As in spec."
               },
               "proxyProtocol": {
                "type": "string",
                "enum": [
                 "None",
                 "V2"
                ],
                "description": "As in spec."
               }
              }
             }
            }
           }
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "sources.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "sources",
    "singular": "source",
    "kind": "Source",
    "listKind": "SourceList",
    "shortNames": [
     "src"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the source"
      },
      {
       "name": "Path",
       "type": "string",
       "jsonPath": ".spec.path",
       "description": "The directory"
      },
      {
       "name": "Objects",
       "type": "integer",
       "jsonPath": ".status.objects",
       "description": "Objects in it"
      },
      {
       "name": "Ready",
       "type": "string",
       "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status",
       "description": "Whether the cluster matches it"
      },
      {
       "name": "Reason",
       "type": "string",
       "jsonPath": ".status.conditions[?(@.type==\"Ready\")].reason",
       "description": "Why, or why not"
      },
      {
       "name": "Node",
       "type": "string",
       "format": "node",
       "jsonPath": ".status.node",
       "priority": 1,
       "description": "Host name of the manager that reads it"
      },
      {
       "name": "Applied",
       "type": "string",
       "jsonPath": ".status.lastAppliedRevision",
       "priority": 1,
       "description": "What was applied last"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A directory of manifests, often a git checkout, that the cluster is kept equal to.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "What the user wants.",
         "required": [
          "path"
         ],
         "properties": {
          "path": {
           "type": "string",
           "minLength": 1,
           "maxLength": 4096,
           "pattern": "^/",
           "description": "The directory on the manager's machine."
          },
          "node": {
           "type": "string",
           "minLength": 1,
           "maxLength": 253,
           "description": "The manager that has the directory: its name or host name. Any that has it, when left out."
          },
          "interval": {
           "type": "string",
           "format": "duration",
           "default": "1m",
           "description": "Time between two comparisons when no file changes."
          },
          "retryInterval": {
           "type": "string",
           "format": "duration",
           "default": "30s",
           "description": "Time before a failed attempt is repeated."
          },
          "prune": {
           "type": "boolean",
           "default": true,
           "description": "Delete what this source has created and no longer holds."
          },
          "allowEmpty": {
           "type": "boolean",
           "default": false,
           "description": "Prune even when the directory holds no object at all."
          },
          "drift": {
           "type": "string",
           "enum": [
            "Heal",
            "Report"
           ],
           "default": "Heal",
           "description": "What becomes of changes that others make to what was applied: undone, or only reported."
          },
          "leave": {
           "type": "array",
           "description": "Fields that are left to whoever has changed them, such as spec.replicas.",
           "maxItems": 32,
           "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 253,
            "description": "Path of a field."
           }
          },
          "suspend": {
           "type": "boolean",
           "default": false,
           "description": "Leave the cluster alone."
          },
          "suspendUntil": {
           "type": "string",
           "format": "date-time",
           "description": "When a suspended one goes on by itself. Only when it is resumed, if left out."
          },
          "suspendReason": {
           "type": "string",
           "maxLength": 1024,
           "description": "Why it is suspended."
          },
          "pin": {
           "type": "string",
           "minLength": 1,
           "maxLength": 64,
           "description": "A revision of status.history that is applied instead of the directory, until this is removed."
          },
          "force": {
           "type": "boolean",
           "default": true,
           "description": "Take fields that others have set."
          }
         }
        },
        "status": {
         "type": "object",
         "description": "How far the gitops controller got.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation that this status describes."
          },
          "node": {
           "type": "string",
           "description": "The manager that reads the directory."
          },
          "lastAttemptedRevision": {
           "type": "string",
           "description": "Hash of the files read last."
          },
          "lastAttemptedCommit": {
           "type": "string",
           "description": "Commit that was checked out then; ends in -dirty when files differ from it."
          },
          "lastAppliedRevision": {
           "type": "string",
           "description": "Hash of the files applied last."
          },
          "lastAppliedCommit": {
           "type": "string",
           "description": "Commit that was checked out then; ends in -dirty when files differ from it."
          },
          "lastAppliedAt": {
           "type": "string",
           "format": "date-time",
           "description": "When something was written last."
          },
          "lastChange": {
           "type": "object",
           "description": "What was written last.",
           "required": [
            "at",
            "reason",
            "message"
           ],
           "properties": {
            "at": {
             "type": "string",
             "format": "date-time",
             "description": "When."
            },
            "reason": {
             "type": "string",
             "enum": [
              "Applied",
              "Healed"
             ],
             "description": "Why: the files say so, or others had changed it."
            },
            "message": {
             "type": "string",
             "description": "What was done."
            }
           }
          },
          "lastHandledSync": {
           "type": "string",
           "description": "The request of kit gitops sync that was carried out last."
          },
          "watching": {
           "type": "string",
           "description": "How changes of files are noticed."
          },
          "objects": {
           "type": "integer",
           "description": "Objects in the files applied last."
          },
          "inventory": {
           "type": "array",
           "description": "Objects that this source applied.",
           "items": {
            "type": "object",
            "description": "One object.",
            "required": [
             "kind",
             "name"
            ],
            "properties": {
             "kind": {
              "type": "string",
              "description": "Kind."
             },
             "name": {
              "type": "string",
              "description": "Name."
             },
             "uid": {
              "type": "string",
              "description": "Uid."
             },
             "adopted": {
              "type": "boolean",
              "description": "It was there before; it is never pruned."
             },
             "file": {
              "type": "string",
              "description": "File that defines it, below the directory."
             },
             "line": {
              "type": "integer",
              "description": "Where it begins there, from 1."
             }
            }
           }
          },
          "drift": {
           "type": "array",
           "description": "What others have changed since it was applied, and has not been undone.",
           "items": {
            "type": "object",
            "description": "One field, or an object that is gone.",
            "required": [
             "kind",
             "name"
            ],
            "properties": {
             "kind": {
              "type": "string",
              "description": "Kind."
             },
             "name": {
              "type": "string",
              "description": "Name."
             },
             "field": {
              "type": "string",
              "description": "The field. All of the object when left out."
             },
             "by": {
              "type": "string",
              "description": "Field manager that has changed it."
             },
             "user": {
              "type": "string",
              "description": "User who has changed it with that."
             },
             "at": {
              "type": "string",
              "format": "date-time",
              "description": "When that was."
             },
             "message": {
              "type": "string",
              "description": "What it is and what it should be."
             },
             "file": {
              "type": "string",
              "description": "File that says so, below the directory."
             },
             "line": {
              "type": "integer",
              "description": "Where, from 1."
             }
            }
           }
          },
          "pending": {
           "type": "array",
           "description": "What an attempt would do that waits: it is suspended, or somebody has to agree.",
           "items": {
            "type": "object",
            "description": "One object.",
            "required": [
             "kind",
             "name",
             "action"
            ],
            "properties": {
             "kind": {
              "type": "string",
              "description": "Kind."
             },
             "name": {
              "type": "string",
              "description": "Name."
             },
             "action": {
              "type": "string",
              "enum": [
               "Create",
               "Configure",
               "Prune"
              ],
              "description": "What would be done."
             },
             "message": {
              "type": "string",
              "description": "The fields."
             }
            }
           }
          },
          "healing": {
           "type": "object",
           "description": "How often drift was undone lately, so that two who disagree do not keep each other busy.",
           "required": [
            "count",
            "at"
           ],
           "properties": {
            "count": {
             "type": "integer",
             "description": "Times in a row."
            },
            "at": {
             "type": "string",
             "format": "date-time",
             "description": "The last time."
            }
           }
          },
          "results": {
           "type": "array",
           "description": "What the last attempt did, changes and failures only.",
           "items": {
            "type": "object",
            "description": "One object.",
            "required": [
             "kind",
             "name",
             "action"
            ],
            "properties": {
             "kind": {
              "type": "string",
              "description": "Kind."
             },
             "name": {
              "type": "string",
              "description": "Name."
             },
             "action": {
              "type": "string",
              "enum": [
               "Created",
               "Configured",
               "Pruned",
               "PruneSkipped",
               "Failed"
              ],
              "description": "What was done."
             },
             "message": {
              "type": "string",
              "description": "Why."
             }
            }
           }
          },
          "errors": {
           "type": "array",
           "description": "What is wrong with the files; the last good ones stay applied.",
           "items": {
            "type": "object",
            "description": "One mistake.",
            "required": [
             "message"
            ],
            "properties": {
             "file": {
              "type": "string",
              "description": "File, below the directory."
             },
             "line": {
              "type": "integer",
              "description": "From 1."
             },
             "column": {
              "type": "integer",
              "description": "From 1."
             },
             "code": {
              "type": "string",
              "description": "Code, for kit explain."
             },
             "message": {
              "type": "string",
              "description": "What is wrong."
             }
            }
           }
          },
          "awaiting": {
           "type": "object",
           "description": "A pruning that is so large that somebody has to agree to it.",
           "required": [
            "token",
            "prune",
            "of"
           ],
           "properties": {
            "token": {
             "type": "string",
             "description": "Names exactly this pruning."
            },
            "prune": {
             "type": "integer",
             "description": "Objects that would be deleted."
            },
            "of": {
             "type": "integer",
             "description": "Objects that this source has created."
            }
           }
          },
          "history": {
           "type": "array",
           "description": "What was applied, newest first.",
           "items": {
            "type": "object",
            "description": "One revision.",
            "required": [
             "revision",
             "at",
             "objects"
            ],
            "properties": {
             "revision": {
              "type": "string",
              "description": "Hash of the files."
             },
             "commit": {
              "type": "string",
              "description": "Commit that was checked out."
             },
             "at": {
              "type": "string",
              "format": "date-time",
              "description": "When it was applied."
             },
             "objects": {
              "type": "integer",
              "description": "Objects in it."
             },
             "changed": {
              "type": "integer",
              "description": "Objects that it changed."
             }
            }
           }
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "stacks.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "stacks",
    "singular": "stack",
    "kind": "Stack",
    "listKind": "StackList",
    "shortNames": [
     "stk"
    ],
    "categories": [
     "all",
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the stack"
      },
      {
       "name": "Services",
       "type": "integer",
       "jsonPath": ".status.services",
       "description": "Services that it owns"
      },
      {
       "name": "Applied",
       "type": "string",
       "jsonPath": ".status.conditions[?(@.type==\"Applied\")].status",
       "description": "Whether the document has been merged"
      },
      {
       "name": "Message",
       "type": "string",
       "jsonPath": ".status.conditions[?(@.type==\"Applied\")].message",
       "priority": 1,
       "description": "Why not"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A Compose document. The stack controller compiles it into the services, networks, secrets and configs that it owns.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "The Compose document, one atomic field, validated by the rules of Compose.",
         "x-kubernetes-preserve-unknown-fields": true,
         "x-kubernetes-map-type": "atomic",
         "x-kit-write-only-paths": [
          "secrets.*.content",
          "secrets.*.data"
         ]
        },
        "status": {
         "type": "object",
         "description": "How far the stack controller got.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation merged last."
          },
          "applied": {
           "type": "object",
           "x-kubernetes-preserve-unknown-fields": true,
           "x-kit-write-only-paths": [
            "secrets.*.content",
            "secrets.*.data"
           ],
           "description": "The document merged last: the base of the next three-way merge."
          },
          "services": {
           "type": "integer",
           "description": "Services that the stack owns."
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "tasks.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "tasks",
    "singular": "task",
    "kind": "Task",
    "listKind": "TaskList",
    "shortNames": [
     "ta"
    ],
    "categories": [
     "all",
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the task"
      },
      {
       "name": "Node",
       "type": "string",
       "format": "node",
       "jsonPath": ".spec.nodeName",
       "description": "Host name of the node where it runs"
      },
      {
       "name": "Desired",
       "type": "string",
       "jsonPath": ".spec.desired",
       "description": "State it should reach"
      },
      {
       "name": "State",
       "type": "string",
       "jsonPath": ".status.state",
       "description": "State it is in"
      },
      {
       "name": "Error",
       "type": "string",
       "jsonPath": ".status.error",
       "description": "Why it failed or waits"
      },
      {
       "name": "Message",
       "type": "string",
       "jsonPath": ".status.message",
       "priority": 1,
       "description": "What it does, such as how far a pull has come"
      },
      {
       "name": "Revision",
       "type": "string",
       "jsonPath": ".spec.revision",
       "priority": 1,
       "description": "What it runs"
      },
      {
       "name": "Exit",
       "type": "integer",
       "jsonPath": ".status.exitCode",
       "priority": 1,
       "description": "Exit code"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "selectableFields": [
      {
       "jsonPath": ".spec.service"
      },
      {
       "jsonPath": ".spec.nodeName"
      },
      {
       "jsonPath": ".spec.desired"
      },
      {
       "jsonPath": ".status.state"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A task runs once, on one node. It is never restarted or moved; another task takes its slot.",
       "required": [
        "spec",
        "status"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "Written by controllers only; each field says who sets it and when (the slot contract).",
         "required": [
          "service",
          "serviceUid",
          "revision",
          "attempt",
          "desired"
         ],
         "properties": {
          "service": {
           "type": "string",
           "description": "Name of its service."
          },
          "serviceUid": {
           "type": "string",
           "description": "Uid of its service; a new service of the same name is another one."
          },
          "slot": {
           "type": "integer",
           "description": "Slot number: from 1 in replicated services, from 0 in replicated jobs. Absent in global ones."
          },
          "node": {
           "type": "string",
           "description": "Node that is the slot, in global services."
          },
          "revision": {
           "type": "string",
           "description": "Name of the Revision it runs."
          },
          "jobIteration": {
           "type": "integer",
           "description": "Iteration of a job."
          },
          "attempt": {
           "type": "integer",
           "description": "Grows by one with each task of the slot."
          },
          "desired": {
           "type": "string",
           "enum": [
            "Ready",
            "Running",
            "Complete",
            "Shutdown",
            "Remove"
           ],
           "description": "State that managers want. Only moves forward."
          },
          "hold": {
           "type": "object",
           "description": "Set at creation with desired Ready: when it may be released.",
           "required": [
            "notBefore",
            "until"
           ],
           "properties": {
            "notBefore": {
             "type": "integer",
             "description": "Earliest release, ms since 1970."
            },
            "until": {
             "type": "integer",
             "description": "Release even when the predecessor has not stopped, ms since 1970."
            }
           }
          },
          "restarts": {
           "type": "array",
           "items": {
            "type": "integer",
            "description": "ms since 1970."
           },
           "description": "Restarts of this slot within the revision."
          },
          "rollout": {
           "type": "object",
           "description": "The rollout that created it.",
           "required": [
            "id"
           ],
           "properties": {
            "id": {
             "type": "string",
             "description": "Service.status.update.id."
            },
            "counted": {
             "type": "boolean",
             "description": "Its end was counted as a failure or not."
            }
           }
          },
          "stop": {
           "type": "object",
           "description": "Who ended it and why; set once, with the first desired of Shutdown or Remove.",
           "required": [
            "by",
            "at"
           ],
           "properties": {
            "by": {
             "type": "string",
             "enum": [
              "replicated",
              "global",
              "job",
              "restart",
              "update",
              "drain",
              "placement",
              "reaper"
             ],
             "description": "Controller."
            },
            "reason": {
             "type": "string",
             "description": "One CamelCase word."
            },
            "at": {
             "type": "integer",
             "description": "ms since 1970."
            }
           }
          },
          "verdict": {
           "type": "string",
           "enum": [
            "Replaced",
            "Finished"
           ],
           "description": "Replaced: it has a successor. Finished: it gets none, by restart policy."
          },
          "settledAt": {
           "type": "integer",
           "description": "First state of at least Running or first desired of at least Shutdown, ms since 1970."
          },
          "nodeName": {
           "type": "string",
           "description": "Node that runs it. Set by the scheduler; by the creator in global services."
          },
          "placedFor": {
           "type": "string",
           "description": "Hash of the placement it was put on the node for."
          },
          "assignedGeneric": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Amount, or values joined by commas."
           },
           "description": "Generic resources it was given."
          },
          "network": {
           "type": "object",
           "description": "What the allocator assigned.",
           "properties": {
            "ports": {
             "type": "array",
             "description": "Ports to bind on the node (host mode).",
             "items": {
              "type": "object",
              "description": "One port.",
              "required": [
               "protocol",
               "targetPort",
               "publishedPort"
              ],
              "properties": {
               "protocol": {
                "type": "string",
                "enum": [
                 "TCP",
                 "UDP",
                 "SCTP"
                ],
                "description": "Protocol."
               },
               "targetPort": {
                "type": "integer",
                "description": "Port of the task."
               },
               "publishedPort": {
                "type": "integer",
                "description": "Port of the node."
               }
              }
             }
            }
           }
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What was observed last.",
         "required": [
          "state",
          "at"
         ],
         "properties": {
          "state": {
           "type": "string",
           "enum": [
            "New",
            "Pending",
            "Assigned",
            "Accepted",
            "Preparing",
            "Ready",
            "Starting",
            "Running",
            "Complete",
            "Shutdown",
            "Failed",
            "Rejected",
            "Orphaned"
           ],
           "description": "Only moves forward."
          },
          "at": {
           "type": "integer",
           "description": "When it changed, by the clock of who saw it, ms since 1970."
          },
          "startedAt": {
           "type": "integer",
           "description": "When it became Running, ms since 1970."
          },
          "message": {
           "type": "string",
           "maxLength": 1024,
           "description": "What happened, in a few words."
          },
          "error": {
           "type": "string",
           "maxLength": 4096,
           "description": "What is wrong."
          },
          "exitCode": {
           "type": "integer",
           "description": "Exit code of the program."
          },
          "signal": {
           "type": "string",
           "description": "Signal that ended the program."
          },
          "nodeFault": {
           "type": "string",
           "enum": [
            "Stopped",
            "Lost"
           ],
           "description": "It ended by no fault of its own. Stopped: its node was stopped under it. Lost: its node cannot say how it ended."
          },
          "pid": {
           "type": "integer",
           "description": "Process id on the node."
          },
          "containerId": {
           "type": "string",
           "description": "Container id on the node."
          },
          "address": {
           "type": "string",
           "description": "Address of its own, reachable from its node: there it serves its target ports."
          },
          "ports": {
           "type": "object",
           "additionalProperties": {
            "type": "integer",
            "description": "Port on the node."
           },
           "description": "Ports the executor gave it: 80/tcp → 41234."
          },
          "health": {
           "type": "string",
           "enum": [
            "Starting",
            "Healthy",
            "Unhealthy"
           ],
           "description": "Last health check."
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "users.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "users",
    "singular": "user",
    "kind": "User",
    "listKind": "UserList",
    "shortNames": [],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the user"
      },
      {
       "name": "Role",
       "type": "string",
       "jsonPath": ".spec.role",
       "description": "What the user may do"
      },
      {
       "name": "Expires",
       "type": "string",
       "jsonPath": ".status.certificate.expires",
       "description": "When the certificate is no longer good"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since the user was added"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A person or program that uses the API from another machine, with a certificate. Deleting it ends all that it has open.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "Who gets a certificate, and what it is good for.",
         "required": [
          "role",
          "request"
         ],
         "properties": {
          "role": {
           "type": "string",
           "enum": [
            "Admin",
            "Operator",
            "Viewer"
           ],
           "description": "Viewer reads; Operator also changes what runs; Admin everything. A change counts at once."
          },
          "request": {
           "type": "string",
           "minLength": 1,
           "maxLength": 8192,
           "description": "Certificate request (PKCS#10, PEM), of which the key is taken. With another key, the certificate that was before is refused."
          },
          "expiry": {
           "type": "string",
           "format": "duration",
           "default": "2160h",
           "description": "How long the certificate is valid. At least 30m."
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What the managers decided.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation that this status describes."
          },
          "certificate": {
           "type": "object",
           "description": "The one certificate of the user that is good, until the next.",
           "required": [
            "pem",
            "publicKey",
            "expires"
           ],
           "properties": {
            "pem": {
             "type": "string",
             "description": "The certificate, then what leads from it to an older root."
            },
            "publicKey": {
             "type": "string",
             "description": "SHA-256 of its public key, hexadecimal."
            },
            "expires": {
             "type": "string",
             "format": "date-time",
             "description": "When it is no longer good."
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 },
 {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
   "name": "volumes.kit"
  },
  "spec": {
   "group": "kit",
   "scope": "Cluster",
   "names": {
    "plural": "volumes",
    "singular": "volume",
    "kind": "Volume",
    "listKind": "VolumeList",
    "shortNames": [
     "vol"
    ],
    "categories": [
     "kit"
    ]
   },
   "versions": [
    {
     "name": "v1",
     "served": true,
     "storage": true,
     "subresources": {
      "status": {}
     },
     "additionalPrinterColumns": [
      {
       "name": "Name",
       "type": "string",
       "format": "name",
       "jsonPath": ".metadata.name",
       "description": "Name of the volume"
      },
      {
       "name": "Driver",
       "type": "string",
       "jsonPath": ".spec.driver",
       "description": "What makes it"
      },
      {
       "name": "Age",
       "type": "date",
       "jsonPath": ".metadata.creationTimestamp",
       "description": "Time since it was created"
      }
     ],
     "schema": {
      "openAPIV3Schema": {
       "type": "object",
       "description": "A named volume. Each node makes its own the first time that a task there mounts it.",
       "required": [
        "spec"
       ],
       "properties": {
        "spec": {
         "type": "object",
         "description": "What the user wants.",
         "properties": {
          "driver": {
           "type": "string",
           "minLength": 1,
           "maxLength": 255,
           "default": "local",
           "x-kit-immutable": true,
           "description": "Volume driver."
          },
          "driverOptions": {
           "type": "object",
           "x-kit-immutable": true,
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Options for the driver."
          },
          "labels": {
           "type": "object",
           "additionalProperties": {
            "type": "string",
            "description": "Value."
           },
           "description": "Labels that the engine's volume carries."
          }
         }
        },
        "status": {
         "type": "object",
         "description": "What was observed.",
         "properties": {
          "observedGeneration": {
           "type": "integer",
           "description": "The generation that this status describes."
          },
          "conditions": {
           "type": "array",
           "description": "Standing facts about the object, one per type.",
           "x-kubernetes-list-type": "map",
           "x-kubernetes-list-map-keys": [
            "type"
           ],
           "items": {
            "type": "object",
            "description": "A standing fact about an object.",
            "required": [
             "type",
             "status"
            ],
            "properties": {
             "type": {
              "type": "string",
              "description": "Ready, Converged, …"
             },
             "status": {
              "type": "string",
              "enum": [
               "True",
               "False",
               "Unknown"
              ],
              "description": "Whether it holds."
             },
             "reason": {
              "type": "string",
              "description": "One CamelCase word for programs."
             },
             "message": {
              "type": "string",
              "description": "A sentence for people."
             },
             "observedGeneration": {
              "type": "integer",
              "description": "The generation it describes."
             },
             "lastTransitionTime": {
              "type": "string",
              "format": "date-time",
              "description": "When status last changed."
             }
            }
           }
          }
         }
        }
       }
      }
     }
    }
   ]
  }
 }
]
