"""The streams: every value is a string: blocks and fields of each TR; ``ls_fields`` says how to read them."""

STREAM = """
FC9
 >body chetime sign change.2 drate.2 price.2 open.2 high.2 low.2 cgubun cvolume volume value mdvolume
  mdchecnt msvolume mschecnt cpower.2 offerho1.2 bidho1.2 openyak k200jisu.2 theoryprice.2 kasis.2
  sbasis.2 ibasis.2 openyakcha jgubun jnilvolume futcode
FC0
 >body =FC9
FH9
 >body hotime offerho1.2 bidho1.2 offerrem1 bidrem1 offercnt1 bidcnt1 offerho2.2 bidho2.2 offerrem2
  bidrem2 offercnt2 bidcnt2 offerho3.2 bidho3.2 offerrem3 bidrem3 offercnt3 bidcnt3 offerho4.2 bidho4.2
  offerrem4 bidrem4 offercnt4 bidcnt4 offerho5.2 bidho5.2 offerrem5 bidrem5 offercnt5 bidcnt5 totofferrem
  totbidrem totoffercnt totbidcnt futcode danhochk alloc_gubun
FH0
 >body =FH9
YF9
 >body ychetime yeprice.2 jnilysign jnilchange.2 jnilydrate.2 futcode expct_ccls_q
YFC
 >body ychetime yeprice.2 jnilysign jnilchange.2 jnilydrate.2 futcode expct_ccls_q
OC0
 >body chetime sign change.2 drate.2 price.2 open.2 high.2 low.2 cgubun cvolume volume value mdvolume
  mdchecnt msvolume mschecnt cpower.2 offerho1.2 bidho1.2 openyak k200jisu.2 eqva.2 theoryprice.2 impv.2
  openyakcha timevalue.2 jgubun jnilvolume optcode
OH0
 >body hotime offerho1.2 bidho1.2 offerrem1 bidrem1 offercnt1 bidcnt1 offerho2.2 bidho2.2 offerrem2
  bidrem2 offercnt2 bidcnt2 offerho3.2 bidho3.2 offerrem3 bidrem3 offercnt3 bidcnt3 offerho4.2 bidho4.2
  offerrem4 bidrem4 offercnt4 bidcnt4 offerho5.2 bidho5.2 offerrem5 bidrem5 offercnt5 bidcnt5 totofferrem
  totbidrem totoffercnt totbidcnt optcode danhochk alloc_gubun
YOC
 >body ychetime yeprice.2 jnilysign jnilchange.2 jnilydrate.2 optcode expct_ccls_q
DC0
 >body date sign chetime change.2 drate.2 price.2 open.2 high.2 low.2 cgubun cvolume volume value
  mdvolume mdchecnt msvolume mschecnt cpower.2 offerho1.2 bidho1.2 openyak k200jisu.2 theoryprice.2
  kasis.2 sbasis.2 ibasis.2 openyakcha jgubun jnilvolume futcode eqva.2 impv.2 timevalue.2
DH0
 >body =FH9
DYC
 >body ychetime yeprice.2 jnilysign jnilchange.2 jnilydrate.2 futcode expct_ccls_q
S3_
 >body chetime sign change drate.2 price opentime open hightime high lowtime low cgubun cvolume volume
  value mdvolume mdchecnt msvolume mschecnt cpower.2 w_avrg offerho bidho status jnilvolume shcode
  exchname
K3_
 >body =S3_
H1_
 >body hotime offerho1 bidho1 offerrem1 bidrem1 offerho2 bidho2 offerrem2 bidrem2 offerho3 bidho3
  offerrem3 bidrem3 offerho4 bidho4 offerrem4 bidrem4 offerho5 bidho5 offerrem5 bidrem5 offerho6 bidho6
  offerrem6 bidrem6 offerho7 bidho7 offerrem7 bidrem7 offerho8 bidho8 offerrem8 bidrem8 offerho9 bidho9
  offerrem9 bidrem9 offerho10 bidho10 offerrem10 bidrem10 totofferrem totbidrem donsigubun shcode
  alloc_gubun volume midprice offermidsumrem bidmidsumrem midsumrem midsumremgubun
HA_
 >body =H1_
JIF
 >body jangubun jstatus
NWS
 >body date time id realkey title code bodysize
AFR
 >body gsCode gshname gsPrice gsSign gsChange gsChgRate gsVolume gsJobFlag
O01
 >body lineseq' accno user len' gubun compress encrypt offset' trcode compid userid media ifid seq trid
  pubip prvip pcbpno bpno termno lang proctm' msgcode outgu compreq funckey reqcnt' filler cont contkey
  varlen' varhdlen' varmsglen' trsrc eventid ifinfo filler1 trcode1 firmno acntno acntno1 acntnm brnno
  ordmktcode ordno1 ordno' orgordno1 orgordno' prntordno prntordno1' isuno fnoIsuno fnoIsunm pdgrpcode
  fnoIsuptntp bnstp mrctp ordqty' hogatype mmgb ordprc.2 unercqty' commdacode peeamtcode mgempno
  fnotrdunitamt.8 trxtime strtgcode grpId ordseqno ptflno bskno trchno Itemno userId opdrtnno rjtcode
  mrccnfqty' orgordunercqty' orgordmrcqty' ctrcttime ctrctno execprc.2 execqty' newqty' qdtqty' lastqty'
  lallexecqty' allexecamt' fnobalevaltp bnsplamt' fnoIsuno1 bnstp1 execprc1.2 newqty1' qdtqty1'
  allexecamt1' fnoIsuno2 bnstp2 execprc2.2 newqty2' lqdtqty2' allexecamt2' dps' ftsubtdsgnamt' mgn'
  mnymgn' ordableamt' mnyordableamt' fnoIsuno_1 bnstp_1 unsttqty_1' lqdtableqty_1' avrprc_1.2 fnoIsuno_2
  bnstp_2 unsttqty_2' lqdtableqty_2' avrprc_2.2 comid
C01
 >body lineseq accno user seq trcode megrpno boardid memberno bpno ordno ordordno expcode yakseq
  cheprice.2 chevol sessionid chedate chetime spdprc1.2 spdprc2.2 dosugb accno1 sihogagb jakino daeyong
  mem_filler mem_accno
H01
 >body lineseq' accno user seq' trcode megrpno boardid memberno bpno ordno orgordno expcode dosugb mocagb
  accno1 qty2' price.2 ordgb hogagb sihogagb tradid treacode askcode creditcode jakigb trustnum ptgb
  substonum accgb accmarggb nationcode investgb forecode medcode ordid macid orddate rcvtime mem_filler
  mem_accno mem_filler1 ordacpttm qty' autogb rejcode prgordde trdr_id ord_grp_no smp_cd ord_cond_prc.2
  trd_mkt_choic_tp_cd srtsell_id substocnum treaid ordordno
O02
 >body =O01 -comid
C02
 >body =C01
H02
 >body lineseq' accno user seq' trcode megrpno boardid memberno bpno ordno orgordno expcode dosugb mocagb
  accno1 qty2' price.2 ordgb hogagb sihogagb tradid treacode askcode creditcode jakigb trustnum ptgb
  substonum accgb accmarggb nationcode investgb forecode medcode ordid macid orddate rcvtime mem_filler
  mem_accno mem_filler1 ordacpttm qty' autogb rejcode prgordde trdr_id ord_grp_no smp_cd ord_cond_prc.2
  trd_mkt_choic_tp_cd srtsell_id
SC0
 >body lineseq accno user len gubun compress encrypt offset trcode comid userid media ifid seq trid pubip
  prvip pcbpno bpno termno lang proctm msgcode outgu compreq funckey reqcnt filler cont contkey varlen
  varhdlen varmsglen trsrc eventid ifinfo filler1 ordchegb marketgb ordgb orgordno accno1 accno2 passwd
  expcode shtcode hname ordqty ordprice hogagb etfhogagb pgmtype gmhogagb gmhogayn singb loandt cvrgordtp
  strtgcode groupid ordseqno prtno basketno trchno itemno brwmgmyn mbrno procgb admbrchno futaccno
  futmarketgb tongsingb lpgb dummy ordno ordtm prntordno mgempno orgordundrqty orgordmdfyqty
  ordordcancelqty nmcpysndno ordamt bnstp spareordno cvrgseqno rsvordno mtordseqno spareordqty orduserid
  spotordqty ordruseqty mnyordamt ordsubstamt ruseordamt ordcmsnamt crdtuseamt secbalqty spotordableqty
  ordableruseqty flctqty secbalqtyd2 sellableqty unercsellordqty avrpchsprc pchsamt deposit substamt
  csgnmnymgn csgnsubstmgn crdtpldgruseamt ordablemny ordablesubstamt ruseableamt
SC1
 >body grpId trchno trtzxLevytp ordtrxptncode acntnm trcode userid agrgbrnno regmktcode len opdrtnno
  orgordmdfyqty avrpchsprc exectime cont mnymgnrat mdfycnfqty orgordcancqty compress execprc mdfycnfprc
  unercsellordqty cmsnamtexecamt ruseableamt gubun trid flctqty execno lptp varmsglen ordno futsmkttp
  crdtexecamt deposit frgrunqno crdayruseexecval trsrc ordacntno reqcnt shtnIsuno accno1 strtgcode
  ordseqno Isunm ordablesubstamt encrypt Isuno accno2 contkey Loandt seq lineseq varlen orduserId
  mgmtbrnno rjtqty ordprcptncode stdIsuno pchsant filler secbalqty ordxctptncode canccnfqty ordablemny
  pubip prvip funckey accno compreq crdtpldgruseamt ordamt termno crdtpldgexecamt ordcndi rmndLoanamt
  bpno substamt mgempno csgnsubstmgn offset rcptexectime sellableqty spotexecqty varhdlen substmgnrat
  ordavrexecprc itemno mgntrncode nsavtrdqty ifinfo ordableruseqty ptflno secbalqtyd2 brwmgmtYn eventid
  csgnmnymgn pcbpno orgordno ifid media mtiordseqno filler1 orgordunercqty mbrnmbrno futsLnkbrnno
  commdacode stslexecqty proctm bfstdIsuno futsLnkacntno lang unercqty execqty adduptp bskno
  spotordableqty ubstexecamt cvrgordtp ordqty mnyexecamt outgu msgcode ordtrdptncode ordmktcode
  ordptncode prdayruseexecval comid bnstp user ordprc
"""
