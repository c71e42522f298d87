import { compatibility, lackedBy } from './support.mjs';

/**
 * Refuses what the oldest browsers do not have (web/browsers.mjs): members and globals of the DOM, by the types of the
 * expressions and MDN's data. eslint-plugin-compat looks at globals and static methods alone, and would let
 * `element.replaceChildren()` pass. What JavaScript itself has is held by `lib` of web/checkout/tsconfig.json.
 */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      lacked: '{{name}} came to {{browsers}}, and older ones are to pay as well (web/browsers.mjs).',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();

    const tell = (node, name, feature) => {
      const browsers = lackedBy(feature).join(', ');
      if (browsers !== '') context.report({ node, messageId: 'lacked', data: { name, browsers } });
    };
    const lookAtMember = (node, type, member) => {
      const owner = ownersOf(type, checker).find((name) => compatibility.api[name]?.[member]);
      if (owner) tell(node, `${owner}.${member}`, compatibility.api[owner][member]);
    };

    return {
      MemberExpression({ object, property, computed }) {
        const member = computed ? property.value : property.name;
        if (typeof member !== 'string') return;
        const ofClass = object.type === 'Identifier' && compatibility.api[object.name]?.[`${member}_static`];
        if (ofClass && isOfDom(services.getSymbolAtLocation(object)))
          tell(property, `${object.name}.${member}`, ofClass);
        else lookAtMember(property, services.getTypeAtLocation(object), member);
      },
      ObjectPattern(node) {
        const type = services.getTypeAtLocation(node);
        for (const { type: kind, key } of node.properties)
          if (kind === 'Property' && key.type === 'Identifier') lookAtMember(key, type, key.name);
      },
      Identifier(node) {
        const { parent, name } = node;
        const isMember = parent.type === 'MemberExpression' && parent.property === node && !parent.computed;
        const isInType = parent.type.startsWith('TS') && parent.expression !== node;
        const feature = compatibility.api[name] ?? compatibility.api.Window[name];
        if (!isMember && !isInType && feature && isOfDom(services.getSymbolAtLocation(node)))
          tell(node, name, feature);
      },
    };
  },
};

/** The names of a type's interfaces, and of those that it inherits from. */
function ownersOf(type, checker) {
  const parts = type.isUnionOrIntersection() ? type.types : [type];
  return parts.flatMap((part) => {
    const apparent = checker.getApparentType(part);
    const name = apparent.getSymbol()?.getName() ?? '';
    const bases = apparent.isClassOrInterface() ? checker.getBaseTypes(apparent) : [];
    return [name, ...bases.flatMap((base) => ownersOf(base, checker))];
  });
}

function isOfDom(symbol) {
  const files = symbol?.declarations?.map((declaration) => declaration.getSourceFile().fileName) ?? [];
  return files.some((file) => /\/lib\.dom(\.\w+)?\.d\.ts$/.test(file));
}
