/** Such as no server has issued. */
export const INVENTED = 'invented-by-oauth-machines-probe-0000000000'
