/** How large a picture is, and how much it writes into the box of a state. */
export interface Measures {
  readonly name: { readonly size: number; readonly leading: number }
  /** Inside a box. */
  readonly padding: { readonly x: number; readonly y: number }
  /** Whether a box tells its actors, what happens inside, and what it is for; otherwise only its name. */
  readonly details: boolean
  /** The dot of a state that is pending too: its radius, and how far from the corner its middle is. */
  readonly dot: { readonly radius: number; readonly inset: number }
  /** How round a box is. */
  readonly corner: number
  /** How far below the top of a frame its title stands. */
  readonly caption: number
  readonly pill: { readonly margin: number; readonly height: number }
  /** What ELK wants to know, for the picture and for each frame. */
  readonly options: Readonly<Record<string, string>>
  readonly inFrame: Readonly<Record<string, string>>
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.padding': '[top=8,left=8,bottom=8,right=8]',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '13',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeNodeBetweenLayers': '15',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'HEAD_LAYER',
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.layered.thoroughness': '60',
}

/** For reading a picture alone. */
export const large: Measures = {
  name: { size: 14, leading: 19 },
  padding: { x: 12, y: 9 },
  details: true,
  dot: { radius: 4, inset: 12 },
  corner: 9,
  caption: 19,
  pill: { margin: 10, height: 22 },
  options,
  inFrame: inFrame(options, 30, 16),
}

const closer = {
  ...options,
  'elk.spacing.nodeNode': '16',
  'elk.spacing.edgeNode': '10',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  // The order of the source makes room for labels that are not there; without, states find shorter ways.
  'elk.layered.considerModelOrder.strategy': 'NONE',
}

/** For a picture beside other things, in a pane of 640 × 800 pixels or on a phone. */
export const small: Measures = {
  name: { size: 13, leading: 16 },
  padding: { x: 12, y: 9 },
  details: false,
  dot: { radius: 3, inset: 6.5 },
  corner: 8,
  caption: 17,
  pill: { margin: 9, height: 20 },
  options: closer,
  inFrame: inFrame(closer, 22, 12),
}

/** A frame does not take its spacing over from the picture. */
function inFrame(outside: typeof options, top: number, beside: number): Readonly<Record<string, string>> {
  return {
    'elk.padding': `[top=${top},left=${beside},bottom=${beside},right=${beside}]`,
    'elk.layered.spacing.edgeNodeBetweenLayers': outside['elk.layered.spacing.edgeNodeBetweenLayers'],
    'elk.layered.spacing.nodeNodeBetweenLayers': outside['elk.layered.spacing.nodeNodeBetweenLayers'],
  }
}
