"""References between resources, as CloudFormation follows them."""

import re


def nothing_depends_on_itself(stack):
    resources = stack.expanded["Resources"]
    edges = {name: sorted(_references(resource) & resources.keys()) for name, resource in resources.items()}
    done, path = set(), []

    def walk(name):
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        path.append(name)
        found = next(filter(None, map(walk, edges[name])), None)
        path.pop()
        done.add(name)
        return found

    for name in edges:
        cycle = walk(name)
        if cycle:
            yield "a circle: " + " → ".join(cycle)
            return


def _references(value):
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, item in value.items():
        if key == "Ref":
            found.add(item)
        elif key == "Fn::GetAtt":
            found.add(item[0] if isinstance(item, list) else item.split(".")[0])
        elif key == "DependsOn":
            found.update([item] if isinstance(item, str) else item)
        elif key == "Fn::Sub":
            text = item if isinstance(item, str) else item[0]
            found.update(name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text))
        found |= _references(item)
    return found
