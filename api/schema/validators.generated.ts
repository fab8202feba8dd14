// Generated from crds/ by `npm run generate`. Do not edit.
// @ts-nocheck: compiled code.
import { codePointLength, formats } from './formats.ts'
import type { SchemaValidator } from './schema-error.ts'



const schema31 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"taskHistoryLimit":{"type":"integer","minimum":-1,"maximum":2147483647},"heartbeatPeriod":{"type":"string","format":"duration"},"snapshotInterval":{"type":"integer","minimum":0,"maximum":2147483647},"orphanAfter":{"type":"string","format":"duration"},"autolock":{"type":"boolean"},"rotateUnlockKey":{"type":"integer","minimum":0},"ca":{"type":"object","properties":{"nodeCertExpiry":{"type":"string","format":"duration"},"rotateWorkerToken":{"type":"integer","minimum":0},"rotateManagerToken":{"type":"integer","minimum":0},"rotateRoot":{"type":"integer","minimum":0},"root":{"type":"object","required":["certificate"],"properties":{"certificate":{"type":"string","minLength":1},"key":{"type":"string"}}},"externalCAs":{"type":"array","maxItems":4,"items":{"type":"object","required":["url","caCert"],"properties":{"protocol":{"type":"string","enum":["CFSSL"]},"url":{"type":"string","minLength":1,"maxLength":2048},"caCert":{"type":"string","minLength":1},"profile":{"type":"string","maxLength":64}}}}}}}},"status":{"type":"object","properties":{"ca":{"type":"object","required":["certificate"],"properties":{"certificate":{"type":"string"},"key":{"type":"string"},"rotated":{"type":"integer"},"rotation":{"type":"object","required":["certificate","crossSigned","updated","total"],"properties":{"certificate":{"type":"string"},"key":{"type":"string"},"crossSigned":{"type":"string"},"updated":{"type":"integer"},"total":{"type":"integer"}}}}},"autolock":{"type":"object","required":["version","rotation"],"properties":{"version":{"type":"integer"},"rotation":{"type":"integer"},"key":{"type":"string"}}},"joinTokens":{"type":"object","required":["worker","manager","workerRotation","managerRotation"],"properties":{"worker":{"type":"string"},"manager":{"type":"string"},"workerRotation":{"type":"integer"},"managerRotation":{"type":"integer"}}},"removedNodes":{"type":"array","items":{"type":"object","required":["node","until"],"properties":{"node":{"type":"string"},"until":{"type":"integer"}}}},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};
const formats0 = formats.duration;
const formats6 = formats["date-time"];
const func1 = codePointLength;

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.taskHistoryLimit !== undefined){
let data1 = data0.taskHistoryLimit;
if(!(((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))) && (isFinite(data1)))){
const err1 = {instancePath:instancePath+"/spec/taskHistoryLimit",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 > 2147483647 || isNaN(data1)){
const err2 = {instancePath:instancePath+"/spec/taskHistoryLimit",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data1 < -1 || isNaN(data1)){
const err3 = {instancePath:instancePath+"/spec/taskHistoryLimit",keyword:"minimum",params:{comparison: ">=", limit: -1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
if(data0.heartbeatPeriod !== undefined){
let data2 = data0.heartbeatPeriod;
if(typeof data2 === "string"){
if(!(formats0(data2))){
const err4 = {instancePath:instancePath+"/spec/heartbeatPeriod",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/spec/heartbeatPeriod",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.snapshotInterval !== undefined){
let data3 = data0.snapshotInterval;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/spec/snapshotInterval",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 2147483647 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/spec/snapshotInterval",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/spec/snapshotInterval",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data0.orphanAfter !== undefined){
let data4 = data0.orphanAfter;
if(typeof data4 === "string"){
if(!(formats0(data4))){
const err9 = {instancePath:instancePath+"/spec/orphanAfter",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/spec/orphanAfter",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data0.autolock !== undefined){
if(typeof data0.autolock !== "boolean"){
const err11 = {instancePath:instancePath+"/spec/autolock",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.rotateUnlockKey !== undefined){
let data6 = data0.rotateUnlockKey;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err12 = {instancePath:instancePath+"/spec/rotateUnlockKey",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 < 0 || isNaN(data6)){
const err13 = {instancePath:instancePath+"/spec/rotateUnlockKey",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
if(data0.ca !== undefined){
let data7 = data0.ca;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.nodeCertExpiry !== undefined){
let data8 = data7.nodeCertExpiry;
if(typeof data8 === "string"){
if(!(formats0(data8))){
const err14 = {instancePath:instancePath+"/spec/ca/nodeCertExpiry",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/spec/ca/nodeCertExpiry",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data7.rotateWorkerToken !== undefined){
let data9 = data7.rotateWorkerToken;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err16 = {instancePath:instancePath+"/spec/ca/rotateWorkerToken",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 < 0 || isNaN(data9)){
const err17 = {instancePath:instancePath+"/spec/ca/rotateWorkerToken",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
if(data7.rotateManagerToken !== undefined){
let data10 = data7.rotateManagerToken;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err18 = {instancePath:instancePath+"/spec/ca/rotateManagerToken",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 < 0 || isNaN(data10)){
const err19 = {instancePath:instancePath+"/spec/ca/rotateManagerToken",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
if(data7.rotateRoot !== undefined){
let data11 = data7.rotateRoot;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err20 = {instancePath:instancePath+"/spec/ca/rotateRoot",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 < 0 || isNaN(data11)){
const err21 = {instancePath:instancePath+"/spec/ca/rotateRoot",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
if(data7.root !== undefined){
let data12 = data7.root;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.certificate === undefined){
const err22 = {instancePath:instancePath+"/spec/ca/root",keyword:"required",params:{missingProperty: "certificate"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data12.certificate !== undefined){
let data13 = data12.certificate;
if(typeof data13 === "string"){
if(func1(data13) < 1){
const err23 = {instancePath:instancePath+"/spec/ca/root/certificate",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/spec/ca/root/certificate",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data12.key !== undefined){
if(typeof data12.key !== "string"){
const err25 = {instancePath:instancePath+"/spec/ca/root/key",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/spec/ca/root",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data7.externalCAs !== undefined){
let data15 = data7.externalCAs;
if(Array.isArray(data15)){
if(data15.length > 4){
const err27 = {instancePath:instancePath+"/spec/ca/externalCAs",keyword:"maxItems",params:{limit: 4}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
const len0 = data15.length;
for(let i0=0; i0<len0; i0++){
let data16 = data15[i0];
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.url === undefined){
const err28 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0,keyword:"required",params:{missingProperty: "url"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data16.caCert === undefined){
const err29 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0,keyword:"required",params:{missingProperty: "caCert"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data16.protocol !== undefined){
let data17 = data16.protocol;
if(typeof data17 !== "string"){
const err30 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/protocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(!(data17 === "CFSSL")){
const err31 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/protocol",keyword:"enum",params:{allowedValues: schema31.properties.spec.properties.ca.properties.externalCAs.items.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data16.url !== undefined){
let data18 = data16.url;
if(typeof data18 === "string"){
if(func1(data18) > 2048){
const err32 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/url",keyword:"maxLength",params:{limit: 2048}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func1(data18) < 1){
const err33 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/url",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/url",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data16.caCert !== undefined){
let data19 = data16.caCert;
if(typeof data19 === "string"){
if(func1(data19) < 1){
const err35 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/caCert",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/caCert",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data16.profile !== undefined){
let data20 = data16.profile;
if(typeof data20 === "string"){
if(func1(data20) > 64){
const err37 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/profile",keyword:"maxLength",params:{limit: 64}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
else {
const err38 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0+"/profile",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
else {
const err39 = {instancePath:instancePath+"/spec/ca/externalCAs/" + i0,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
else {
const err40 = {instancePath:instancePath+"/spec/ca/externalCAs",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath:instancePath+"/spec/ca",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data.status !== undefined){
let data21 = data.status;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.ca !== undefined){
let data22 = data21.ca;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(data22.certificate === undefined){
const err43 = {instancePath:instancePath+"/status/ca",keyword:"required",params:{missingProperty: "certificate"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data22.certificate !== undefined){
if(typeof data22.certificate !== "string"){
const err44 = {instancePath:instancePath+"/status/ca/certificate",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data22.key !== undefined){
if(typeof data22.key !== "string"){
const err45 = {instancePath:instancePath+"/status/ca/key",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data22.rotated !== undefined){
let data25 = data22.rotated;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err46 = {instancePath:instancePath+"/status/ca/rotated",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data22.rotation !== undefined){
let data26 = data22.rotation;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
if(data26.certificate === undefined){
const err47 = {instancePath:instancePath+"/status/ca/rotation",keyword:"required",params:{missingProperty: "certificate"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(data26.crossSigned === undefined){
const err48 = {instancePath:instancePath+"/status/ca/rotation",keyword:"required",params:{missingProperty: "crossSigned"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data26.updated === undefined){
const err49 = {instancePath:instancePath+"/status/ca/rotation",keyword:"required",params:{missingProperty: "updated"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data26.total === undefined){
const err50 = {instancePath:instancePath+"/status/ca/rotation",keyword:"required",params:{missingProperty: "total"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data26.certificate !== undefined){
if(typeof data26.certificate !== "string"){
const err51 = {instancePath:instancePath+"/status/ca/rotation/certificate",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data26.key !== undefined){
if(typeof data26.key !== "string"){
const err52 = {instancePath:instancePath+"/status/ca/rotation/key",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data26.crossSigned !== undefined){
if(typeof data26.crossSigned !== "string"){
const err53 = {instancePath:instancePath+"/status/ca/rotation/crossSigned",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data26.updated !== undefined){
let data30 = data26.updated;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err54 = {instancePath:instancePath+"/status/ca/rotation/updated",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data26.total !== undefined){
let data31 = data26.total;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err55 = {instancePath:instancePath+"/status/ca/rotation/total",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/status/ca/rotation",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath:instancePath+"/status/ca",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data21.autolock !== undefined){
let data32 = data21.autolock;
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
if(data32.version === undefined){
const err58 = {instancePath:instancePath+"/status/autolock",keyword:"required",params:{missingProperty: "version"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(data32.rotation === undefined){
const err59 = {instancePath:instancePath+"/status/autolock",keyword:"required",params:{missingProperty: "rotation"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data32.version !== undefined){
let data33 = data32.version;
if(!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))){
const err60 = {instancePath:instancePath+"/status/autolock/version",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data32.rotation !== undefined){
let data34 = data32.rotation;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err61 = {instancePath:instancePath+"/status/autolock/rotation",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data32.key !== undefined){
if(typeof data32.key !== "string"){
const err62 = {instancePath:instancePath+"/status/autolock/key",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/status/autolock",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data21.joinTokens !== undefined){
let data36 = data21.joinTokens;
if(data36 && typeof data36 == "object" && !Array.isArray(data36)){
if(data36.worker === undefined){
const err64 = {instancePath:instancePath+"/status/joinTokens",keyword:"required",params:{missingProperty: "worker"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(data36.manager === undefined){
const err65 = {instancePath:instancePath+"/status/joinTokens",keyword:"required",params:{missingProperty: "manager"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(data36.workerRotation === undefined){
const err66 = {instancePath:instancePath+"/status/joinTokens",keyword:"required",params:{missingProperty: "workerRotation"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(data36.managerRotation === undefined){
const err67 = {instancePath:instancePath+"/status/joinTokens",keyword:"required",params:{missingProperty: "managerRotation"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data36.worker !== undefined){
if(typeof data36.worker !== "string"){
const err68 = {instancePath:instancePath+"/status/joinTokens/worker",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data36.manager !== undefined){
if(typeof data36.manager !== "string"){
const err69 = {instancePath:instancePath+"/status/joinTokens/manager",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data36.workerRotation !== undefined){
let data39 = data36.workerRotation;
if(!(((typeof data39 == "number") && (!(data39 % 1) && !isNaN(data39))) && (isFinite(data39)))){
const err70 = {instancePath:instancePath+"/status/joinTokens/workerRotation",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data36.managerRotation !== undefined){
let data40 = data36.managerRotation;
if(!(((typeof data40 == "number") && (!(data40 % 1) && !isNaN(data40))) && (isFinite(data40)))){
const err71 = {instancePath:instancePath+"/status/joinTokens/managerRotation",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
else {
const err72 = {instancePath:instancePath+"/status/joinTokens",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data21.removedNodes !== undefined){
let data41 = data21.removedNodes;
if(Array.isArray(data41)){
const len1 = data41.length;
for(let i1=0; i1<len1; i1++){
let data42 = data41[i1];
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
if(data42.node === undefined){
const err73 = {instancePath:instancePath+"/status/removedNodes/" + i1,keyword:"required",params:{missingProperty: "node"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(data42.until === undefined){
const err74 = {instancePath:instancePath+"/status/removedNodes/" + i1,keyword:"required",params:{missingProperty: "until"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(data42.node !== undefined){
if(typeof data42.node !== "string"){
const err75 = {instancePath:instancePath+"/status/removedNodes/" + i1+"/node",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data42.until !== undefined){
let data44 = data42.until;
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
const err76 = {instancePath:instancePath+"/status/removedNodes/" + i1+"/until",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
else {
const err77 = {instancePath:instancePath+"/status/removedNodes/" + i1,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
}
else {
const err78 = {instancePath:instancePath+"/status/removedNodes",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data21.conditions !== undefined){
let data45 = data21.conditions;
if(Array.isArray(data45)){
const len2 = data45.length;
for(let i2=0; i2<len2; i2++){
let data46 = data45[i2];
if(data46 && typeof data46 == "object" && !Array.isArray(data46)){
if(data46.type === undefined){
const err79 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data46.status === undefined){
const err80 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data46.type !== undefined){
if(typeof data46.type !== "string"){
const err81 = {instancePath:instancePath+"/status/conditions/" + i2+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data46.status !== undefined){
let data48 = data46.status;
if(typeof data48 !== "string"){
const err82 = {instancePath:instancePath+"/status/conditions/" + i2+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(!(((data48 === "True") || (data48 === "False")) || (data48 === "Unknown"))){
const err83 = {instancePath:instancePath+"/status/conditions/" + i2+"/status",keyword:"enum",params:{allowedValues: schema31.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data46.reason !== undefined){
if(typeof data46.reason !== "string"){
const err84 = {instancePath:instancePath+"/status/conditions/" + i2+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data46.message !== undefined){
if(typeof data46.message !== "string"){
const err85 = {instancePath:instancePath+"/status/conditions/" + i2+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data46.observedGeneration !== undefined){
let data51 = data46.observedGeneration;
if(!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))){
const err86 = {instancePath:instancePath+"/status/conditions/" + i2+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data46.lastTransitionTime !== undefined){
let data52 = data46.lastTransitionTime;
if(typeof data52 === "string"){
if(!(formats6(data52))){
const err87 = {instancePath:instancePath+"/status/conditions/" + i2+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/status/conditions/" + i2+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
}
else {
const err90 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
else {
const err91 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
else {
const err92 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema32 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"data":{"type":"string","format":"byte"},"template":{"type":"string","enum":["golang"]},"labels":{"type":"object","additionalProperties":{"type":"string"}}}}}};
const formats8 = formats.byte;

function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.data !== undefined){
let data1 = data0.data;
if(typeof data1 === "string"){
if(!(formats8(data1))){
const err1 = {instancePath:instancePath+"/spec/data",keyword:"format",params:{format: "byte"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/spec/data",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data0.template !== undefined){
let data2 = data0.template;
if(typeof data2 !== "string"){
const err3 = {instancePath:instancePath+"/spec/template",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(data2 === "golang")){
const err4 = {instancePath:instancePath+"/spec/template",keyword:"enum",params:{allowedValues: schema32.properties.spec.properties.template.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data0.labels !== undefined){
let data3 = data0.labels;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key0 in data3){
if(typeof data3[key0] !== "string"){
const err5 = {instancePath:instancePath+"/spec/labels/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
}
else {
const err6 = {instancePath:instancePath+"/spec/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":{"spec":true},"dynamicProps":false,"dynamicItems":false};


const schema33 = {"type":"object","required":["involvedObject","type","reason","message","count","firstTimestamp","lastTimestamp","source"],"properties":{"involvedObject":{"type":"object","required":["apiVersion","kind","name"],"properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},"name":{"type":"string"},"uid":{"type":"string"}}},"type":{"type":"string","enum":["Normal","Warning"]},"reason":{"type":"string","maxLength":128},"message":{"type":"string","maxLength":1024},"count":{"type":"integer","minimum":1,"maximum":2147483647},"firstTimestamp":{"type":"string","format":"date-time"},"lastTimestamp":{"type":"string","format":"date-time"},"source":{"type":"object","required":["component"],"properties":{"component":{"type":"string","maxLength":253}}}}};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate22.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.involvedObject === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "involvedObject"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.type === undefined){
const err1 = {instancePath,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.reason === undefined){
const err2 = {instancePath,keyword:"required",params:{missingProperty: "reason"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.message === undefined){
const err3 = {instancePath,keyword:"required",params:{missingProperty: "message"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.count === undefined){
const err4 = {instancePath,keyword:"required",params:{missingProperty: "count"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data.firstTimestamp === undefined){
const err5 = {instancePath,keyword:"required",params:{missingProperty: "firstTimestamp"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data.lastTimestamp === undefined){
const err6 = {instancePath,keyword:"required",params:{missingProperty: "lastTimestamp"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data.source === undefined){
const err7 = {instancePath,keyword:"required",params:{missingProperty: "source"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data.involvedObject !== undefined){
let data0 = data.involvedObject;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.apiVersion === undefined){
const err8 = {instancePath:instancePath+"/involvedObject",keyword:"required",params:{missingProperty: "apiVersion"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data0.kind === undefined){
const err9 = {instancePath:instancePath+"/involvedObject",keyword:"required",params:{missingProperty: "kind"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data0.name === undefined){
const err10 = {instancePath:instancePath+"/involvedObject",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data0.apiVersion !== undefined){
if(typeof data0.apiVersion !== "string"){
const err11 = {instancePath:instancePath+"/involvedObject/apiVersion",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.kind !== undefined){
if(typeof data0.kind !== "string"){
const err12 = {instancePath:instancePath+"/involvedObject/kind",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.name !== undefined){
if(typeof data0.name !== "string"){
const err13 = {instancePath:instancePath+"/involvedObject/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data0.uid !== undefined){
if(typeof data0.uid !== "string"){
const err14 = {instancePath:instancePath+"/involvedObject/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/involvedObject",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.type !== undefined){
let data5 = data.type;
if(typeof data5 !== "string"){
const err16 = {instancePath:instancePath+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!((data5 === "Normal") || (data5 === "Warning"))){
const err17 = {instancePath:instancePath+"/type",keyword:"enum",params:{allowedValues: schema33.properties.type.enum}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.reason !== undefined){
let data6 = data.reason;
if(typeof data6 === "string"){
if(func1(data6) > 128){
const err18 = {instancePath:instancePath+"/reason",keyword:"maxLength",params:{limit: 128}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.message !== undefined){
let data7 = data.message;
if(typeof data7 === "string"){
if(func1(data7) > 1024){
const err20 = {instancePath:instancePath+"/message",keyword:"maxLength",params:{limit: 1024}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.count !== undefined){
let data8 = data.count;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err22 = {instancePath:instancePath+"/count",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 2147483647 || isNaN(data8)){
const err23 = {instancePath:instancePath+"/count",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err24 = {instancePath:instancePath+"/count",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
if(data.firstTimestamp !== undefined){
let data9 = data.firstTimestamp;
if(typeof data9 === "string"){
if(!(formats6(data9))){
const err25 = {instancePath:instancePath+"/firstTimestamp",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/firstTimestamp",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data.lastTimestamp !== undefined){
let data10 = data.lastTimestamp;
if(typeof data10 === "string"){
if(!(formats6(data10))){
const err27 = {instancePath:instancePath+"/lastTimestamp",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/lastTimestamp",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.source !== undefined){
let data11 = data.source;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.component === undefined){
const err29 = {instancePath:instancePath+"/source",keyword:"required",params:{missingProperty: "component"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data11.component !== undefined){
let data12 = data11.component;
if(typeof data12 === "string"){
if(func1(data12) > 253){
const err30 = {instancePath:instancePath+"/source/component",keyword:"maxLength",params:{limit: 253}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/source/component",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/source",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}
validate22.evaluated = {"props":{"involvedObject":true,"type":true,"reason":true,"message":true,"count":true,"firstTimestamp":true,"lastTimestamp":true,"source":true},"dynamicProps":false,"dynamicItems":false};


const schema34 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"driver":{"type":"string","minLength":1,"maxLength":255},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}},"attachable":{"type":"boolean"},"internal":{"type":"boolean"},"ingress":{"type":"boolean"},"ipv6":{"type":"boolean"},"hostNetwork":{"type":"string","maxLength":255},"ipam":{"type":"object","properties":{"driver":{"type":"string"},"options":{"type":"object","additionalProperties":{"type":"string"}},"configs":{"type":"array","maxItems":16,"items":{"type":"object","properties":{"subnet":{"type":"string","format":"cidr"},"range":{"type":"string","format":"cidr"},"gateway":{"type":"string","format":"ip"},"reserved":{"type":"object","additionalProperties":{"type":"string","format":"ip"}}}}}}},"labels":{"type":"object","additionalProperties":{"type":"string"}}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"subnets":{"type":"array","items":{"type":"string"}},"gateways":{"type":"array","items":{"type":"string"}},"driverState":{"type":"object","additionalProperties":{"type":"string"}},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};
const formats14 = formats.cidr;
const formats18 = formats.ip;

function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate23.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.driver !== undefined){
let data1 = data0.driver;
if(typeof data1 === "string"){
if(func1(data1) > 255){
const err1 = {instancePath:instancePath+"/spec/driver",keyword:"maxLength",params:{limit: 255}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(func1(data1) < 1){
const err2 = {instancePath:instancePath+"/spec/driver",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/spec/driver",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data0.driverOptions !== undefined){
let data2 = data0.driverOptions;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key0 in data2){
if(typeof data2[key0] !== "string"){
const err4 = {instancePath:instancePath+"/spec/driverOptions/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/spec/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.attachable !== undefined){
if(typeof data0.attachable !== "boolean"){
const err6 = {instancePath:instancePath+"/spec/attachable",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data0.internal !== undefined){
if(typeof data0.internal !== "boolean"){
const err7 = {instancePath:instancePath+"/spec/internal",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.ingress !== undefined){
if(typeof data0.ingress !== "boolean"){
const err8 = {instancePath:instancePath+"/spec/ingress",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data0.ipv6 !== undefined){
if(typeof data0.ipv6 !== "boolean"){
const err9 = {instancePath:instancePath+"/spec/ipv6",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data0.hostNetwork !== undefined){
let data8 = data0.hostNetwork;
if(typeof data8 === "string"){
if(func1(data8) > 255){
const err10 = {instancePath:instancePath+"/spec/hostNetwork",keyword:"maxLength",params:{limit: 255}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/spec/hostNetwork",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.ipam !== undefined){
let data9 = data0.ipam;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.driver !== undefined){
if(typeof data9.driver !== "string"){
const err12 = {instancePath:instancePath+"/spec/ipam/driver",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data9.options !== undefined){
let data11 = data9.options;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key1 in data11){
if(typeof data11[key1] !== "string"){
const err13 = {instancePath:instancePath+"/spec/ipam/options/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/spec/ipam/options",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data9.configs !== undefined){
let data13 = data9.configs;
if(Array.isArray(data13)){
if(data13.length > 16){
const err15 = {instancePath:instancePath+"/spec/ipam/configs",keyword:"maxItems",params:{limit: 16}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
const len0 = data13.length;
for(let i0=0; i0<len0; i0++){
let data14 = data13[i0];
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(data14.subnet !== undefined){
let data15 = data14.subnet;
if(typeof data15 === "string"){
if(!(formats14(data15))){
const err16 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/subnet",keyword:"format",params:{format: "cidr"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/subnet",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data14.range !== undefined){
let data16 = data14.range;
if(typeof data16 === "string"){
if(!(formats14(data16))){
const err18 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/range",keyword:"format",params:{format: "cidr"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/range",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data14.gateway !== undefined){
let data17 = data14.gateway;
if(typeof data17 === "string"){
if(!(formats18(data17))){
const err20 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/gateway",keyword:"format",params:{format: "ip"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/gateway",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data14.reserved !== undefined){
let data18 = data14.reserved;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
for(const key2 in data18){
let data19 = data18[key2];
if(typeof data19 === "string"){
if(!(formats18(data19))){
const err22 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/reserved/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"format",params:{format: "ip"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/reserved/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/spec/ipam/configs/" + i0+"/reserved",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/spec/ipam/configs/" + i0,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/spec/ipam/configs",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/spec/ipam",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data0.labels !== undefined){
let data20 = data0.labels;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key3 in data20){
if(typeof data20[key3] !== "string"){
const err28 = {instancePath:instancePath+"/spec/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/spec/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data.status !== undefined){
let data22 = data.status;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(data22.observedGeneration !== undefined){
let data23 = data22.observedGeneration;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err31 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data22.subnets !== undefined){
let data24 = data22.subnets;
if(Array.isArray(data24)){
const len1 = data24.length;
for(let i1=0; i1<len1; i1++){
if(typeof data24[i1] !== "string"){
const err32 = {instancePath:instancePath+"/status/subnets/" + i1,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/status/subnets",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data22.gateways !== undefined){
let data26 = data22.gateways;
if(Array.isArray(data26)){
const len2 = data26.length;
for(let i2=0; i2<len2; i2++){
if(typeof data26[i2] !== "string"){
const err34 = {instancePath:instancePath+"/status/gateways/" + i2,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/status/gateways",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data22.driverState !== undefined){
let data28 = data22.driverState;
if(data28 && typeof data28 == "object" && !Array.isArray(data28)){
for(const key4 in data28){
if(typeof data28[key4] !== "string"){
const err36 = {instancePath:instancePath+"/status/driverState/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath:instancePath+"/status/driverState",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data22.conditions !== undefined){
let data30 = data22.conditions;
if(Array.isArray(data30)){
const len3 = data30.length;
for(let i3=0; i3<len3; i3++){
let data31 = data30[i3];
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.type === undefined){
const err38 = {instancePath:instancePath+"/status/conditions/" + i3,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data31.status === undefined){
const err39 = {instancePath:instancePath+"/status/conditions/" + i3,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data31.type !== undefined){
if(typeof data31.type !== "string"){
const err40 = {instancePath:instancePath+"/status/conditions/" + i3+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data31.status !== undefined){
let data33 = data31.status;
if(typeof data33 !== "string"){
const err41 = {instancePath:instancePath+"/status/conditions/" + i3+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(!(((data33 === "True") || (data33 === "False")) || (data33 === "Unknown"))){
const err42 = {instancePath:instancePath+"/status/conditions/" + i3+"/status",keyword:"enum",params:{allowedValues: schema34.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data31.reason !== undefined){
if(typeof data31.reason !== "string"){
const err43 = {instancePath:instancePath+"/status/conditions/" + i3+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data31.message !== undefined){
if(typeof data31.message !== "string"){
const err44 = {instancePath:instancePath+"/status/conditions/" + i3+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data31.observedGeneration !== undefined){
let data36 = data31.observedGeneration;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err45 = {instancePath:instancePath+"/status/conditions/" + i3+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data31.lastTransitionTime !== undefined){
let data37 = data31.lastTransitionTime;
if(typeof data37 === "string"){
if(!(formats6(data37))){
const err46 = {instancePath:instancePath+"/status/conditions/" + i3+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/status/conditions/" + i3+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
else {
const err48 = {instancePath:instancePath+"/status/conditions/" + i3,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
else {
const err49 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
else {
const err50 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
else {
const err51 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
validate23.errors = vErrors;
return errors === 0;
}
validate23.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema35 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"role":{"type":"string","enum":["Worker","Manager"]},"availability":{"type":"string","enum":["Active","Pause","Drain"]}}},"status":{"type":"object","properties":{"state":{"type":"string","enum":["Unknown","Ready","Down","Disconnected"]},"stateAt":{"type":"integer"},"message":{"type":"string"},"leftAt":{"type":"integer"},"address":{"type":"string"},"role":{"type":"string","enum":["Worker","Manager"]},"description":{"type":"object","required":["hostname","platform","resources","executor"],"properties":{"hostname":{"type":"string"},"platform":{"type":"object","required":["os","arch"],"properties":{"os":{"type":"string"},"arch":{"type":"string"}}},"resources":{"type":"object","required":["cpus","memoryBytes"],"properties":{"cpus":{"type":"number"},"memoryBytes":{"type":"integer"},"generic":{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}}}},"executor":{"type":"string","enum":["docker","process","simulated"]},"engine":{"type":"object","properties":{"version":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}},"plugins":{"type":"array","items":{"type":"object","required":["type","name"],"properties":{"type":{"type":"string","enum":["Volume","Network","Log"]},"name":{"type":"string"}}}}}},"version":{"type":"string"},"managerAddress":{"type":"string"},"apiAddress":{"type":"string"},"trouble":{"type":"string"},"issuer":{"type":"string"}}},"certificate":{"type":"object","required":["publicKey","notAfter"],"properties":{"publicKey":{"type":"string"},"formerPublicKey":{"type":"string"},"notAfter":{"type":"integer"}}},"renewal":{"type":"object","required":["issuer","at"],"properties":{"issuer":{"type":"string"},"at":{"type":"integer"}}},"manager":{"type":"object","required":["member","reachable"],"properties":{"member":{"type":"string","enum":["Leader","Voter","Learner"]},"reachable":{"type":"boolean"},"diverged":{"type":"string"}}},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};

function validate24(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate24.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.role !== undefined){
let data1 = data0.role;
if(typeof data1 !== "string"){
const err1 = {instancePath:instancePath+"/spec/role",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(!((data1 === "Worker") || (data1 === "Manager"))){
const err2 = {instancePath:instancePath+"/spec/role",keyword:"enum",params:{allowedValues: schema35.properties.spec.properties.role.enum}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data0.availability !== undefined){
let data2 = data0.availability;
if(typeof data2 !== "string"){
const err3 = {instancePath:instancePath+"/spec/availability",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(((data2 === "Active") || (data2 === "Pause")) || (data2 === "Drain"))){
const err4 = {instancePath:instancePath+"/spec/availability",keyword:"enum",params:{allowedValues: schema35.properties.spec.properties.availability.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.status !== undefined){
let data3 = data.status;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.state !== undefined){
let data4 = data3.state;
if(typeof data4 !== "string"){
const err6 = {instancePath:instancePath+"/status/state",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!((((data4 === "Unknown") || (data4 === "Ready")) || (data4 === "Down")) || (data4 === "Disconnected"))){
const err7 = {instancePath:instancePath+"/status/state",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.state.enum}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data3.stateAt !== undefined){
let data5 = data3.stateAt;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err8 = {instancePath:instancePath+"/status/stateAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data3.message !== undefined){
if(typeof data3.message !== "string"){
const err9 = {instancePath:instancePath+"/status/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.leftAt !== undefined){
let data7 = data3.leftAt;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err10 = {instancePath:instancePath+"/status/leftAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.address !== undefined){
if(typeof data3.address !== "string"){
const err11 = {instancePath:instancePath+"/status/address",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data3.role !== undefined){
let data9 = data3.role;
if(typeof data9 !== "string"){
const err12 = {instancePath:instancePath+"/status/role",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!((data9 === "Worker") || (data9 === "Manager"))){
const err13 = {instancePath:instancePath+"/status/role",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.role.enum}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data3.description !== undefined){
let data10 = data3.description;
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.hostname === undefined){
const err14 = {instancePath:instancePath+"/status/description",keyword:"required",params:{missingProperty: "hostname"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data10.platform === undefined){
const err15 = {instancePath:instancePath+"/status/description",keyword:"required",params:{missingProperty: "platform"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data10.resources === undefined){
const err16 = {instancePath:instancePath+"/status/description",keyword:"required",params:{missingProperty: "resources"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data10.executor === undefined){
const err17 = {instancePath:instancePath+"/status/description",keyword:"required",params:{missingProperty: "executor"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data10.hostname !== undefined){
if(typeof data10.hostname !== "string"){
const err18 = {instancePath:instancePath+"/status/description/hostname",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data10.platform !== undefined){
let data12 = data10.platform;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.os === undefined){
const err19 = {instancePath:instancePath+"/status/description/platform",keyword:"required",params:{missingProperty: "os"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data12.arch === undefined){
const err20 = {instancePath:instancePath+"/status/description/platform",keyword:"required",params:{missingProperty: "arch"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data12.os !== undefined){
if(typeof data12.os !== "string"){
const err21 = {instancePath:instancePath+"/status/description/platform/os",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data12.arch !== undefined){
if(typeof data12.arch !== "string"){
const err22 = {instancePath:instancePath+"/status/description/platform/arch",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/status/description/platform",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data10.resources !== undefined){
let data15 = data10.resources;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(data15.cpus === undefined){
const err24 = {instancePath:instancePath+"/status/description/resources",keyword:"required",params:{missingProperty: "cpus"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data15.memoryBytes === undefined){
const err25 = {instancePath:instancePath+"/status/description/resources",keyword:"required",params:{missingProperty: "memoryBytes"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data15.cpus !== undefined){
let data16 = data15.cpus;
if(!((typeof data16 == "number") && (isFinite(data16)))){
const err26 = {instancePath:instancePath+"/status/description/resources/cpus",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data15.memoryBytes !== undefined){
let data17 = data15.memoryBytes;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err27 = {instancePath:instancePath+"/status/description/resources/memoryBytes",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data15.generic !== undefined){
let data18 = data15.generic;
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
for(const key0 in data18){
let data19 = data18[key0];
if(Array.isArray(data19)){
const len0 = data19.length;
for(let i0=0; i0<len0; i0++){
if(typeof data19[i0] !== "string"){
const err28 = {instancePath:instancePath+"/status/description/resources/generic/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/status/description/resources/generic/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/status/description/resources/generic",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/status/description/resources",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data10.executor !== undefined){
let data21 = data10.executor;
if(typeof data21 !== "string"){
const err32 = {instancePath:instancePath+"/status/description/executor",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!(((data21 === "docker") || (data21 === "process")) || (data21 === "simulated"))){
const err33 = {instancePath:instancePath+"/status/description/executor",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.description.properties.executor.enum}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data10.engine !== undefined){
let data22 = data10.engine;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(data22.version !== undefined){
if(typeof data22.version !== "string"){
const err34 = {instancePath:instancePath+"/status/description/engine/version",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data22.labels !== undefined){
let data24 = data22.labels;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
for(const key1 in data24){
if(typeof data24[key1] !== "string"){
const err35 = {instancePath:instancePath+"/status/description/engine/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
else {
const err36 = {instancePath:instancePath+"/status/description/engine/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data22.plugins !== undefined){
let data26 = data22.plugins;
if(Array.isArray(data26)){
const len1 = data26.length;
for(let i1=0; i1<len1; i1++){
let data27 = data26[i1];
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
if(data27.type === undefined){
const err37 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data27.name === undefined){
const err38 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data27.type !== undefined){
let data28 = data27.type;
if(typeof data28 !== "string"){
const err39 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(!(((data28 === "Volume") || (data28 === "Network")) || (data28 === "Log"))){
const err40 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1+"/type",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.description.properties.engine.properties.plugins.items.properties.type.enum}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data27.name !== undefined){
if(typeof data27.name !== "string"){
const err41 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/status/description/engine/plugins/" + i1,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/status/description/engine/plugins",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath:instancePath+"/status/description/engine",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data10.version !== undefined){
if(typeof data10.version !== "string"){
const err45 = {instancePath:instancePath+"/status/description/version",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data10.managerAddress !== undefined){
if(typeof data10.managerAddress !== "string"){
const err46 = {instancePath:instancePath+"/status/description/managerAddress",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data10.apiAddress !== undefined){
if(typeof data10.apiAddress !== "string"){
const err47 = {instancePath:instancePath+"/status/description/apiAddress",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data10.trouble !== undefined){
if(typeof data10.trouble !== "string"){
const err48 = {instancePath:instancePath+"/status/description/trouble",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data10.issuer !== undefined){
if(typeof data10.issuer !== "string"){
const err49 = {instancePath:instancePath+"/status/description/issuer",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
else {
const err50 = {instancePath:instancePath+"/status/description",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data3.certificate !== undefined){
let data35 = data3.certificate;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if(data35.publicKey === undefined){
const err51 = {instancePath:instancePath+"/status/certificate",keyword:"required",params:{missingProperty: "publicKey"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data35.notAfter === undefined){
const err52 = {instancePath:instancePath+"/status/certificate",keyword:"required",params:{missingProperty: "notAfter"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data35.publicKey !== undefined){
if(typeof data35.publicKey !== "string"){
const err53 = {instancePath:instancePath+"/status/certificate/publicKey",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data35.formerPublicKey !== undefined){
if(typeof data35.formerPublicKey !== "string"){
const err54 = {instancePath:instancePath+"/status/certificate/formerPublicKey",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data35.notAfter !== undefined){
let data38 = data35.notAfter;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err55 = {instancePath:instancePath+"/status/certificate/notAfter",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/status/certificate",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data3.renewal !== undefined){
let data39 = data3.renewal;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.issuer === undefined){
const err57 = {instancePath:instancePath+"/status/renewal",keyword:"required",params:{missingProperty: "issuer"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(data39.at === undefined){
const err58 = {instancePath:instancePath+"/status/renewal",keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(data39.issuer !== undefined){
if(typeof data39.issuer !== "string"){
const err59 = {instancePath:instancePath+"/status/renewal/issuer",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data39.at !== undefined){
let data41 = data39.at;
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
const err60 = {instancePath:instancePath+"/status/renewal/at",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/status/renewal",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data3.manager !== undefined){
let data42 = data3.manager;
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
if(data42.member === undefined){
const err62 = {instancePath:instancePath+"/status/manager",keyword:"required",params:{missingProperty: "member"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data42.reachable === undefined){
const err63 = {instancePath:instancePath+"/status/manager",keyword:"required",params:{missingProperty: "reachable"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data42.member !== undefined){
let data43 = data42.member;
if(typeof data43 !== "string"){
const err64 = {instancePath:instancePath+"/status/manager/member",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(!(((data43 === "Leader") || (data43 === "Voter")) || (data43 === "Learner"))){
const err65 = {instancePath:instancePath+"/status/manager/member",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.manager.properties.member.enum}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data42.reachable !== undefined){
if(typeof data42.reachable !== "boolean"){
const err66 = {instancePath:instancePath+"/status/manager/reachable",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data42.diverged !== undefined){
if(typeof data42.diverged !== "string"){
const err67 = {instancePath:instancePath+"/status/manager/diverged",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
else {
const err68 = {instancePath:instancePath+"/status/manager",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data3.conditions !== undefined){
let data46 = data3.conditions;
if(Array.isArray(data46)){
const len2 = data46.length;
for(let i2=0; i2<len2; i2++){
let data47 = data46[i2];
if(data47 && typeof data47 == "object" && !Array.isArray(data47)){
if(data47.type === undefined){
const err69 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(data47.status === undefined){
const err70 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data47.type !== undefined){
if(typeof data47.type !== "string"){
const err71 = {instancePath:instancePath+"/status/conditions/" + i2+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data47.status !== undefined){
let data49 = data47.status;
if(typeof data49 !== "string"){
const err72 = {instancePath:instancePath+"/status/conditions/" + i2+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(!(((data49 === "True") || (data49 === "False")) || (data49 === "Unknown"))){
const err73 = {instancePath:instancePath+"/status/conditions/" + i2+"/status",keyword:"enum",params:{allowedValues: schema35.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data47.reason !== undefined){
if(typeof data47.reason !== "string"){
const err74 = {instancePath:instancePath+"/status/conditions/" + i2+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data47.message !== undefined){
if(typeof data47.message !== "string"){
const err75 = {instancePath:instancePath+"/status/conditions/" + i2+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data47.observedGeneration !== undefined){
let data52 = data47.observedGeneration;
if(!(((typeof data52 == "number") && (!(data52 % 1) && !isNaN(data52))) && (isFinite(data52)))){
const err76 = {instancePath:instancePath+"/status/conditions/" + i2+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data47.lastTransitionTime !== undefined){
let data53 = data47.lastTransitionTime;
if(typeof data53 === "string"){
if(!(formats6(data53))){
const err77 = {instancePath:instancePath+"/status/conditions/" + i2+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
else {
const err78 = {instancePath:instancePath+"/status/conditions/" + i2+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
else {
const err79 = {instancePath:instancePath+"/status/conditions/" + i2,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
else {
const err80 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
else {
const err82 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
validate24.errors = vErrors;
return errors === 0;
}
validate24.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema36 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["service","serviceUid","number","template"],"properties":{"service":{"type":"string"},"serviceUid":{"type":"string"},"number":{"type":"integer"},"template":{"type":"object","properties":{"image":{"type":"string","maxLength":4096},"entrypoint":{"type":"array","maxItems":1000,"items":{"type":"string"}},"command":{"type":"array","maxItems":1000,"items":{"type":"string"}},"env":{"type":"object","additionalProperties":{"type":"string"}},"workingDir":{"type":"string"},"user":{"type":"string"},"groups":{"type":"array","items":{"type":"string"}},"hostname":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}},"stopSignal":{"type":"string","pattern":"^(SIG)?[A-Z0-9+]+$|^[0-9]+$"},"stopGracePeriod":{"type":"string","format":"duration"},"init":{"type":"boolean"},"tty":{"type":"boolean"},"stdinOpen":{"type":"boolean"},"readOnly":{"type":"boolean"},"isolation":{"type":"string"},"healthCheck":{"type":"object","properties":{"test":{"type":"array","items":{"type":"string"}},"interval":{"type":"string","format":"duration"},"timeout":{"type":"string","format":"duration"},"retries":{"type":"integer","minimum":0,"maximum":2147483647},"startPeriod":{"type":"string","format":"duration"},"startInterval":{"type":"string","format":"duration"}}},"resources":{"type":"object","properties":{"limits":{"type":"object","properties":{"cpus":{"type":"string","format":"cpu"},"memory":{"type":"string","format":"memory"},"pids":{"type":"integer","minimum":0}}},"reservations":{"type":"object","properties":{"cpus":{"type":"string","format":"cpu"},"memory":{"type":"string","format":"memory"},"generic":{"type":"object","additionalProperties":{"type":"integer","minimum":0}}}}}},"restart":{"type":"object","properties":{"condition":{"type":"string","enum":["Any","OnFailure","None"]},"delay":{"type":"string","format":"duration"},"maxAttempts":{"type":"integer","minimum":0,"maximum":2147483647},"window":{"type":"string","format":"duration"}}},"placement":{"type":"object","properties":{"constraints":{"type":"array","maxItems":100,"items":{"type":"string","format":"constraint"}},"preferences":{"type":"array","maxItems":10,"items":{"type":"object","required":["spread"],"properties":{"spread":{"type":"string"}}}},"platforms":{"type":"array","maxItems":100,"items":{"type":"object","properties":{"os":{"type":"string"},"arch":{"type":"string"}}}},"maxReplicasPerNode":{"type":"integer","minimum":0,"maximum":2147483647}}},"networks":{"type":"array","items":{"type":"object","required":["target"],"properties":{"target":{"type":"string"},"aliases":{"type":"array","items":{"type":"string"}},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}}}}},"mounts":{"type":"array","items":{"type":"object","required":["type","target"],"properties":{"type":{"type":"string","enum":["Bind","Volume","Tmpfs","Npipe","Cluster"]},"source":{"type":"string"},"target":{"type":"string","minLength":1},"readOnly":{"type":"boolean"},"propagation":{"type":"string"},"noCopy":{"type":"boolean"},"driver":{"type":"string"},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"sizeBytes":{"type":"integer","minimum":0},"mode":{"type":"integer","minimum":0}}}},"secrets":{"type":"array","items":{"type":"object","required":["source"],"properties":{"source":{"type":"string"},"target":{"type":"string"},"uid":{"type":"string"},"gid":{"type":"string"},"mode":{"type":"integer","minimum":0,"maximum":511}}}},"configs":{"type":"array","items":{"type":"object","required":["source"],"properties":{"source":{"type":"string"},"target":{"type":"string"},"uid":{"type":"string"},"gid":{"type":"string"},"mode":{"type":"integer","minimum":0,"maximum":511}}}},"extraHosts":{"type":"array","items":{"type":"string"}},"dns":{"type":"object","properties":{"nameservers":{"type":"array","items":{"type":"string"}},"search":{"type":"array","items":{"type":"string"}},"options":{"type":"array","items":{"type":"string"}}}},"logDriver":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"options":{"type":"object","additionalProperties":{"type":"string"}}}},"capabilityAdd":{"type":"array","items":{"type":"string"}},"capabilityDrop":{"type":"array","items":{"type":"string"}},"sysctls":{"type":"object","additionalProperties":{"type":"string"}},"ulimits":{"type":"array","items":{"type":"object","required":["name","soft","hard"],"properties":{"name":{"type":"string"},"soft":{"type":"integer"},"hard":{"type":"integer"}}}},"oomScoreAdj":{"type":"integer","minimum":-1000,"maximum":1000},"shmSize":{"type":"string","format":"memory"},"registryAuth":{"type":"string"},"forceUpdate":{"type":"integer","minimum":0}}},"hostPorts":{"type":"array","items":{"type":"object","required":["protocol","targetPort","publishedPort"],"properties":{"protocol":{"type":"string","enum":["TCP","UDP","SCTP"]},"targetPort":{"type":"integer"},"publishedPort":{"type":"integer"}}}}}}}};
const pattern4 = new RegExp("^(SIG)?[A-Z0-9+]+$|^[0-9]+$", "u");
const formats36 = formats.cpu;
const formats38 = formats.memory;
const formats48 = formats.constraint;

function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate25.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.service === undefined){
const err1 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "service"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data0.serviceUid === undefined){
const err2 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "serviceUid"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data0.number === undefined){
const err3 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "number"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0.template === undefined){
const err4 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "template"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0.service !== undefined){
if(typeof data0.service !== "string"){
const err5 = {instancePath:instancePath+"/spec/service",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.serviceUid !== undefined){
if(typeof data0.serviceUid !== "string"){
const err6 = {instancePath:instancePath+"/spec/serviceUid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data0.number !== undefined){
let data3 = data0.number;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err7 = {instancePath:instancePath+"/spec/number",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.template !== undefined){
let data4 = data0.template;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.image !== undefined){
let data5 = data4.image;
if(typeof data5 === "string"){
if(func1(data5) > 4096){
const err8 = {instancePath:instancePath+"/spec/template/image",keyword:"maxLength",params:{limit: 4096}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/spec/template/image",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data4.entrypoint !== undefined){
let data6 = data4.entrypoint;
if(Array.isArray(data6)){
if(data6.length > 1000){
const err10 = {instancePath:instancePath+"/spec/template/entrypoint",keyword:"maxItems",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
if(typeof data6[i0] !== "string"){
const err11 = {instancePath:instancePath+"/spec/template/entrypoint/" + i0,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath:instancePath+"/spec/template/entrypoint",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data4.command !== undefined){
let data8 = data4.command;
if(Array.isArray(data8)){
if(data8.length > 1000){
const err13 = {instancePath:instancePath+"/spec/template/command",keyword:"maxItems",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
const len1 = data8.length;
for(let i1=0; i1<len1; i1++){
if(typeof data8[i1] !== "string"){
const err14 = {instancePath:instancePath+"/spec/template/command/" + i1,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/spec/template/command",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data4.env !== undefined){
let data10 = data4.env;
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
for(const key0 in data10){
if(typeof data10[key0] !== "string"){
const err16 = {instancePath:instancePath+"/spec/template/env/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/spec/template/env",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data4.workingDir !== undefined){
if(typeof data4.workingDir !== "string"){
const err18 = {instancePath:instancePath+"/spec/template/workingDir",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data4.user !== undefined){
if(typeof data4.user !== "string"){
const err19 = {instancePath:instancePath+"/spec/template/user",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data4.groups !== undefined){
let data14 = data4.groups;
if(Array.isArray(data14)){
const len2 = data14.length;
for(let i2=0; i2<len2; i2++){
if(typeof data14[i2] !== "string"){
const err20 = {instancePath:instancePath+"/spec/template/groups/" + i2,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/spec/template/groups",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data4.hostname !== undefined){
if(typeof data4.hostname !== "string"){
const err22 = {instancePath:instancePath+"/spec/template/hostname",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data4.labels !== undefined){
let data17 = data4.labels;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
for(const key1 in data17){
if(typeof data17[key1] !== "string"){
const err23 = {instancePath:instancePath+"/spec/template/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/spec/template/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data4.stopSignal !== undefined){
let data19 = data4.stopSignal;
if(typeof data19 === "string"){
if(!pattern4.test(data19)){
const err25 = {instancePath:instancePath+"/spec/template/stopSignal",keyword:"pattern",params:{pattern: "^(SIG)?[A-Z0-9+]+$|^[0-9]+$"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/spec/template/stopSignal",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data4.stopGracePeriod !== undefined){
let data20 = data4.stopGracePeriod;
if(typeof data20 === "string"){
if(!(formats0(data20))){
const err27 = {instancePath:instancePath+"/spec/template/stopGracePeriod",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/spec/template/stopGracePeriod",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data4.init !== undefined){
if(typeof data4.init !== "boolean"){
const err29 = {instancePath:instancePath+"/spec/template/init",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data4.tty !== undefined){
if(typeof data4.tty !== "boolean"){
const err30 = {instancePath:instancePath+"/spec/template/tty",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data4.stdinOpen !== undefined){
if(typeof data4.stdinOpen !== "boolean"){
const err31 = {instancePath:instancePath+"/spec/template/stdinOpen",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data4.readOnly !== undefined){
if(typeof data4.readOnly !== "boolean"){
const err32 = {instancePath:instancePath+"/spec/template/readOnly",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data4.isolation !== undefined){
if(typeof data4.isolation !== "string"){
const err33 = {instancePath:instancePath+"/spec/template/isolation",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data4.healthCheck !== undefined){
let data26 = data4.healthCheck;
if(data26 && typeof data26 == "object" && !Array.isArray(data26)){
if(data26.test !== undefined){
let data27 = data26.test;
if(Array.isArray(data27)){
const len3 = data27.length;
for(let i3=0; i3<len3; i3++){
if(typeof data27[i3] !== "string"){
const err34 = {instancePath:instancePath+"/spec/template/healthCheck/test/" + i3,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/spec/template/healthCheck/test",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data26.interval !== undefined){
let data29 = data26.interval;
if(typeof data29 === "string"){
if(!(formats0(data29))){
const err36 = {instancePath:instancePath+"/spec/template/healthCheck/interval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/spec/template/healthCheck/interval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data26.timeout !== undefined){
let data30 = data26.timeout;
if(typeof data30 === "string"){
if(!(formats0(data30))){
const err38 = {instancePath:instancePath+"/spec/template/healthCheck/timeout",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/spec/template/healthCheck/timeout",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data26.retries !== undefined){
let data31 = data26.retries;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err40 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 2147483647 || isNaN(data31)){
const err41 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data31 < 0 || isNaN(data31)){
const err42 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
if(data26.startPeriod !== undefined){
let data32 = data26.startPeriod;
if(typeof data32 === "string"){
if(!(formats0(data32))){
const err43 = {instancePath:instancePath+"/spec/template/healthCheck/startPeriod",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/spec/template/healthCheck/startPeriod",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data26.startInterval !== undefined){
let data33 = data26.startInterval;
if(typeof data33 === "string"){
if(!(formats0(data33))){
const err45 = {instancePath:instancePath+"/spec/template/healthCheck/startInterval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/spec/template/healthCheck/startInterval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
else {
const err47 = {instancePath:instancePath+"/spec/template/healthCheck",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data4.resources !== undefined){
let data34 = data4.resources;
if(data34 && typeof data34 == "object" && !Array.isArray(data34)){
if(data34.limits !== undefined){
let data35 = data34.limits;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if(data35.cpus !== undefined){
let data36 = data35.cpus;
if(typeof data36 === "string"){
if(!(formats36(data36))){
const err48 = {instancePath:instancePath+"/spec/template/resources/limits/cpus",keyword:"format",params:{format: "cpu"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath:instancePath+"/spec/template/resources/limits/cpus",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data35.memory !== undefined){
let data37 = data35.memory;
if(typeof data37 === "string"){
if(!(formats38(data37))){
const err50 = {instancePath:instancePath+"/spec/template/resources/limits/memory",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
else {
const err51 = {instancePath:instancePath+"/spec/template/resources/limits/memory",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data35.pids !== undefined){
let data38 = data35.pids;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err52 = {instancePath:instancePath+"/spec/template/resources/limits/pids",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 < 0 || isNaN(data38)){
const err53 = {instancePath:instancePath+"/spec/template/resources/limits/pids",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
}
else {
const err54 = {instancePath:instancePath+"/spec/template/resources/limits",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data34.reservations !== undefined){
let data39 = data34.reservations;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.cpus !== undefined){
let data40 = data39.cpus;
if(typeof data40 === "string"){
if(!(formats36(data40))){
const err55 = {instancePath:instancePath+"/spec/template/resources/reservations/cpus",keyword:"format",params:{format: "cpu"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/spec/template/resources/reservations/cpus",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data39.memory !== undefined){
let data41 = data39.memory;
if(typeof data41 === "string"){
if(!(formats38(data41))){
const err57 = {instancePath:instancePath+"/spec/template/resources/reservations/memory",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/spec/template/resources/reservations/memory",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data39.generic !== undefined){
let data42 = data39.generic;
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
for(const key2 in data42){
let data43 = data42[key2];
if(!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))){
const err59 = {instancePath:instancePath+"/spec/template/resources/reservations/generic/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 < 0 || isNaN(data43)){
const err60 = {instancePath:instancePath+"/spec/template/resources/reservations/generic/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
}
else {
const err61 = {instancePath:instancePath+"/spec/template/resources/reservations/generic",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
else {
const err62 = {instancePath:instancePath+"/spec/template/resources/reservations",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/spec/template/resources",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data4.restart !== undefined){
let data44 = data4.restart;
if(data44 && typeof data44 == "object" && !Array.isArray(data44)){
if(data44.condition !== undefined){
let data45 = data44.condition;
if(typeof data45 !== "string"){
const err64 = {instancePath:instancePath+"/spec/template/restart/condition",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(!(((data45 === "Any") || (data45 === "OnFailure")) || (data45 === "None"))){
const err65 = {instancePath:instancePath+"/spec/template/restart/condition",keyword:"enum",params:{allowedValues: schema36.properties.spec.properties.template.properties.restart.properties.condition.enum}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data44.delay !== undefined){
let data46 = data44.delay;
if(typeof data46 === "string"){
if(!(formats0(data46))){
const err66 = {instancePath:instancePath+"/spec/template/restart/delay",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/spec/template/restart/delay",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data44.maxAttempts !== undefined){
let data47 = data44.maxAttempts;
if(!(((typeof data47 == "number") && (!(data47 % 1) && !isNaN(data47))) && (isFinite(data47)))){
const err68 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 > 2147483647 || isNaN(data47)){
const err69 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if(data47 < 0 || isNaN(data47)){
const err70 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
}
if(data44.window !== undefined){
let data48 = data44.window;
if(typeof data48 === "string"){
if(!(formats0(data48))){
const err71 = {instancePath:instancePath+"/spec/template/restart/window",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/spec/template/restart/window",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
}
else {
const err73 = {instancePath:instancePath+"/spec/template/restart",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data4.placement !== undefined){
let data49 = data4.placement;
if(data49 && typeof data49 == "object" && !Array.isArray(data49)){
if(data49.constraints !== undefined){
let data50 = data49.constraints;
if(Array.isArray(data50)){
if(data50.length > 100){
const err74 = {instancePath:instancePath+"/spec/template/placement/constraints",keyword:"maxItems",params:{limit: 100}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
const len4 = data50.length;
for(let i4=0; i4<len4; i4++){
let data51 = data50[i4];
if(typeof data51 === "string"){
if(!(formats48(data51))){
const err75 = {instancePath:instancePath+"/spec/template/placement/constraints/" + i4,keyword:"format",params:{format: "constraint"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/spec/template/placement/constraints/" + i4,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
else {
const err77 = {instancePath:instancePath+"/spec/template/placement/constraints",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data49.preferences !== undefined){
let data52 = data49.preferences;
if(Array.isArray(data52)){
if(data52.length > 10){
const err78 = {instancePath:instancePath+"/spec/template/placement/preferences",keyword:"maxItems",params:{limit: 10}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
const len5 = data52.length;
for(let i5=0; i5<len5; i5++){
let data53 = data52[i5];
if(data53 && typeof data53 == "object" && !Array.isArray(data53)){
if(data53.spread === undefined){
const err79 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5,keyword:"required",params:{missingProperty: "spread"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data53.spread !== undefined){
if(typeof data53.spread !== "string"){
const err80 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5+"/spread",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
else {
const err82 = {instancePath:instancePath+"/spec/template/placement/preferences",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data49.platforms !== undefined){
let data55 = data49.platforms;
if(Array.isArray(data55)){
if(data55.length > 100){
const err83 = {instancePath:instancePath+"/spec/template/placement/platforms",keyword:"maxItems",params:{limit: 100}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
const len6 = data55.length;
for(let i6=0; i6<len6; i6++){
let data56 = data55[i6];
if(data56 && typeof data56 == "object" && !Array.isArray(data56)){
if(data56.os !== undefined){
if(typeof data56.os !== "string"){
const err84 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6+"/os",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data56.arch !== undefined){
if(typeof data56.arch !== "string"){
const err85 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6+"/arch",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
else {
const err86 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
}
else {
const err87 = {instancePath:instancePath+"/spec/template/placement/platforms",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data49.maxReplicasPerNode !== undefined){
let data59 = data49.maxReplicasPerNode;
if(!(((typeof data59 == "number") && (!(data59 % 1) && !isNaN(data59))) && (isFinite(data59)))){
const err88 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if((typeof data59 == "number") && (isFinite(data59))){
if(data59 > 2147483647 || isNaN(data59)){
const err89 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data59 < 0 || isNaN(data59)){
const err90 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
}
else {
const err91 = {instancePath:instancePath+"/spec/template/placement",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data4.networks !== undefined){
let data60 = data4.networks;
if(Array.isArray(data60)){
const len7 = data60.length;
for(let i7=0; i7<len7; i7++){
let data61 = data60[i7];
if(data61 && typeof data61 == "object" && !Array.isArray(data61)){
if(data61.target === undefined){
const err92 = {instancePath:instancePath+"/spec/template/networks/" + i7,keyword:"required",params:{missingProperty: "target"}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(data61.target !== undefined){
if(typeof data61.target !== "string"){
const err93 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data61.aliases !== undefined){
let data63 = data61.aliases;
if(Array.isArray(data63)){
const len8 = data63.length;
for(let i8=0; i8<len8; i8++){
if(typeof data63[i8] !== "string"){
const err94 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/aliases/" + i8,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/aliases",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data61.driverOptions !== undefined){
let data65 = data61.driverOptions;
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
for(const key3 in data65){
if(typeof data65[key3] !== "string"){
const err96 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/driverOptions/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
else {
const err97 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
else {
const err98 = {instancePath:instancePath+"/spec/template/networks/" + i7,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
else {
const err99 = {instancePath:instancePath+"/spec/template/networks",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data4.mounts !== undefined){
let data67 = data4.mounts;
if(Array.isArray(data67)){
const len9 = data67.length;
for(let i9=0; i9<len9; i9++){
let data68 = data67[i9];
if(data68 && typeof data68 == "object" && !Array.isArray(data68)){
if(data68.type === undefined){
const err100 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data68.target === undefined){
const err101 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"required",params:{missingProperty: "target"}};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
if(data68.type !== undefined){
let data69 = data68.type;
if(typeof data69 !== "string"){
const err102 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(!(((((data69 === "Bind") || (data69 === "Volume")) || (data69 === "Tmpfs")) || (data69 === "Npipe")) || (data69 === "Cluster"))){
const err103 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/type",keyword:"enum",params:{allowedValues: schema36.properties.spec.properties.template.properties.mounts.items.properties.type.enum}};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data68.source !== undefined){
if(typeof data68.source !== "string"){
const err104 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data68.target !== undefined){
let data71 = data68.target;
if(typeof data71 === "string"){
if(func1(data71) < 1){
const err105 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/target",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
else {
const err106 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data68.readOnly !== undefined){
if(typeof data68.readOnly !== "boolean"){
const err107 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/readOnly",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data68.propagation !== undefined){
if(typeof data68.propagation !== "string"){
const err108 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/propagation",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data68.noCopy !== undefined){
if(typeof data68.noCopy !== "boolean"){
const err109 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/noCopy",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(data68.driver !== undefined){
if(typeof data68.driver !== "string"){
const err110 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driver",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
if(data68.driverOptions !== undefined){
let data76 = data68.driverOptions;
if(data76 && typeof data76 == "object" && !Array.isArray(data76)){
for(const key4 in data76){
if(typeof data76[key4] !== "string"){
const err111 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driverOptions/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
}
else {
const err112 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
if(data68.labels !== undefined){
let data78 = data68.labels;
if(data78 && typeof data78 == "object" && !Array.isArray(data78)){
for(const key5 in data78){
if(typeof data78[key5] !== "string"){
const err113 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/labels/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
}
else {
const err114 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
if(data68.sizeBytes !== undefined){
let data80 = data68.sizeBytes;
if(!(((typeof data80 == "number") && (!(data80 % 1) && !isNaN(data80))) && (isFinite(data80)))){
const err115 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/sizeBytes",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if((typeof data80 == "number") && (isFinite(data80))){
if(data80 < 0 || isNaN(data80)){
const err116 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/sizeBytes",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
}
if(data68.mode !== undefined){
let data81 = data68.mode;
if(!(((typeof data81 == "number") && (!(data81 % 1) && !isNaN(data81))) && (isFinite(data81)))){
const err117 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if((typeof data81 == "number") && (isFinite(data81))){
if(data81 < 0 || isNaN(data81)){
const err118 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
}
}
else {
const err119 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/spec/template/mounts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data4.secrets !== undefined){
let data82 = data4.secrets;
if(Array.isArray(data82)){
const len10 = data82.length;
for(let i10=0; i10<len10; i10++){
let data83 = data82[i10];
if(data83 && typeof data83 == "object" && !Array.isArray(data83)){
if(data83.source === undefined){
const err121 = {instancePath:instancePath+"/spec/template/secrets/" + i10,keyword:"required",params:{missingProperty: "source"}};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
if(data83.source !== undefined){
if(typeof data83.source !== "string"){
const err122 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data83.target !== undefined){
if(typeof data83.target !== "string"){
const err123 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
if(data83.uid !== undefined){
if(typeof data83.uid !== "string"){
const err124 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data83.gid !== undefined){
if(typeof data83.gid !== "string"){
const err125 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/gid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
if(data83.mode !== undefined){
let data88 = data83.mode;
if(!(((typeof data88 == "number") && (!(data88 % 1) && !isNaN(data88))) && (isFinite(data88)))){
const err126 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if((typeof data88 == "number") && (isFinite(data88))){
if(data88 > 511 || isNaN(data88)){
const err127 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"maximum",params:{comparison: "<=", limit: 511}};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if(data88 < 0 || isNaN(data88)){
const err128 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
}
}
else {
const err129 = {instancePath:instancePath+"/spec/template/secrets/" + i10,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
}
else {
const err130 = {instancePath:instancePath+"/spec/template/secrets",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data4.configs !== undefined){
let data89 = data4.configs;
if(Array.isArray(data89)){
const len11 = data89.length;
for(let i11=0; i11<len11; i11++){
let data90 = data89[i11];
if(data90 && typeof data90 == "object" && !Array.isArray(data90)){
if(data90.source === undefined){
const err131 = {instancePath:instancePath+"/spec/template/configs/" + i11,keyword:"required",params:{missingProperty: "source"}};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(data90.source !== undefined){
if(typeof data90.source !== "string"){
const err132 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data90.target !== undefined){
if(typeof data90.target !== "string"){
const err133 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
if(data90.uid !== undefined){
if(typeof data90.uid !== "string"){
const err134 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
if(data90.gid !== undefined){
if(typeof data90.gid !== "string"){
const err135 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/gid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
if(data90.mode !== undefined){
let data95 = data90.mode;
if(!(((typeof data95 == "number") && (!(data95 % 1) && !isNaN(data95))) && (isFinite(data95)))){
const err136 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
if((typeof data95 == "number") && (isFinite(data95))){
if(data95 > 511 || isNaN(data95)){
const err137 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"maximum",params:{comparison: "<=", limit: 511}};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
if(data95 < 0 || isNaN(data95)){
const err138 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
}
}
else {
const err139 = {instancePath:instancePath+"/spec/template/configs/" + i11,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
}
else {
const err140 = {instancePath:instancePath+"/spec/template/configs",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
if(data4.extraHosts !== undefined){
let data96 = data4.extraHosts;
if(Array.isArray(data96)){
const len12 = data96.length;
for(let i12=0; i12<len12; i12++){
if(typeof data96[i12] !== "string"){
const err141 = {instancePath:instancePath+"/spec/template/extraHosts/" + i12,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
}
else {
const err142 = {instancePath:instancePath+"/spec/template/extraHosts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
if(data4.dns !== undefined){
let data98 = data4.dns;
if(data98 && typeof data98 == "object" && !Array.isArray(data98)){
if(data98.nameservers !== undefined){
let data99 = data98.nameservers;
if(Array.isArray(data99)){
const len13 = data99.length;
for(let i13=0; i13<len13; i13++){
if(typeof data99[i13] !== "string"){
const err143 = {instancePath:instancePath+"/spec/template/dns/nameservers/" + i13,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
}
else {
const err144 = {instancePath:instancePath+"/spec/template/dns/nameservers",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
if(data98.search !== undefined){
let data101 = data98.search;
if(Array.isArray(data101)){
const len14 = data101.length;
for(let i14=0; i14<len14; i14++){
if(typeof data101[i14] !== "string"){
const err145 = {instancePath:instancePath+"/spec/template/dns/search/" + i14,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
}
else {
const err146 = {instancePath:instancePath+"/spec/template/dns/search",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
if(data98.options !== undefined){
let data103 = data98.options;
if(Array.isArray(data103)){
const len15 = data103.length;
for(let i15=0; i15<len15; i15++){
if(typeof data103[i15] !== "string"){
const err147 = {instancePath:instancePath+"/spec/template/dns/options/" + i15,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
}
else {
const err148 = {instancePath:instancePath+"/spec/template/dns/options",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
}
else {
const err149 = {instancePath:instancePath+"/spec/template/dns",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
if(data4.logDriver !== undefined){
let data105 = data4.logDriver;
if(data105 && typeof data105 == "object" && !Array.isArray(data105)){
if(data105.name === undefined){
const err150 = {instancePath:instancePath+"/spec/template/logDriver",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if(data105.name !== undefined){
if(typeof data105.name !== "string"){
const err151 = {instancePath:instancePath+"/spec/template/logDriver/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
if(data105.options !== undefined){
let data107 = data105.options;
if(data107 && typeof data107 == "object" && !Array.isArray(data107)){
for(const key6 in data107){
if(typeof data107[key6] !== "string"){
const err152 = {instancePath:instancePath+"/spec/template/logDriver/options/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
}
else {
const err153 = {instancePath:instancePath+"/spec/template/logDriver/options",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
}
else {
const err154 = {instancePath:instancePath+"/spec/template/logDriver",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data4.capabilityAdd !== undefined){
let data109 = data4.capabilityAdd;
if(Array.isArray(data109)){
const len16 = data109.length;
for(let i16=0; i16<len16; i16++){
if(typeof data109[i16] !== "string"){
const err155 = {instancePath:instancePath+"/spec/template/capabilityAdd/" + i16,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
}
else {
const err156 = {instancePath:instancePath+"/spec/template/capabilityAdd",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
}
if(data4.capabilityDrop !== undefined){
let data111 = data4.capabilityDrop;
if(Array.isArray(data111)){
const len17 = data111.length;
for(let i17=0; i17<len17; i17++){
if(typeof data111[i17] !== "string"){
const err157 = {instancePath:instancePath+"/spec/template/capabilityDrop/" + i17,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
}
else {
const err158 = {instancePath:instancePath+"/spec/template/capabilityDrop",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
if(data4.sysctls !== undefined){
let data113 = data4.sysctls;
if(data113 && typeof data113 == "object" && !Array.isArray(data113)){
for(const key7 in data113){
if(typeof data113[key7] !== "string"){
const err159 = {instancePath:instancePath+"/spec/template/sysctls/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
}
}
else {
const err160 = {instancePath:instancePath+"/spec/template/sysctls",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
if(data4.ulimits !== undefined){
let data115 = data4.ulimits;
if(Array.isArray(data115)){
const len18 = data115.length;
for(let i18=0; i18<len18; i18++){
let data116 = data115[i18];
if(data116 && typeof data116 == "object" && !Array.isArray(data116)){
if(data116.name === undefined){
const err161 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
if(data116.soft === undefined){
const err162 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "soft"}};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
if(data116.hard === undefined){
const err163 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "hard"}};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
if(data116.name !== undefined){
if(typeof data116.name !== "string"){
const err164 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
if(data116.soft !== undefined){
let data118 = data116.soft;
if(!(((typeof data118 == "number") && (!(data118 % 1) && !isNaN(data118))) && (isFinite(data118)))){
const err165 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/soft",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
if(data116.hard !== undefined){
let data119 = data116.hard;
if(!(((typeof data119 == "number") && (!(data119 % 1) && !isNaN(data119))) && (isFinite(data119)))){
const err166 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/hard",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
}
else {
const err167 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
}
else {
const err168 = {instancePath:instancePath+"/spec/template/ulimits",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
if(data4.oomScoreAdj !== undefined){
let data120 = data4.oomScoreAdj;
if(!(((typeof data120 == "number") && (!(data120 % 1) && !isNaN(data120))) && (isFinite(data120)))){
const err169 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
if((typeof data120 == "number") && (isFinite(data120))){
if(data120 > 1000 || isNaN(data120)){
const err170 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"maximum",params:{comparison: "<=", limit: 1000}};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
if(data120 < -1000 || isNaN(data120)){
const err171 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"minimum",params:{comparison: ">=", limit: -1000}};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
}
if(data4.shmSize !== undefined){
let data121 = data4.shmSize;
if(typeof data121 === "string"){
if(!(formats38(data121))){
const err172 = {instancePath:instancePath+"/spec/template/shmSize",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
else {
const err173 = {instancePath:instancePath+"/spec/template/shmSize",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data4.registryAuth !== undefined){
if(typeof data4.registryAuth !== "string"){
const err174 = {instancePath:instancePath+"/spec/template/registryAuth",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
if(data4.forceUpdate !== undefined){
let data123 = data4.forceUpdate;
if(!(((typeof data123 == "number") && (!(data123 % 1) && !isNaN(data123))) && (isFinite(data123)))){
const err175 = {instancePath:instancePath+"/spec/template/forceUpdate",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
if((typeof data123 == "number") && (isFinite(data123))){
if(data123 < 0 || isNaN(data123)){
const err176 = {instancePath:instancePath+"/spec/template/forceUpdate",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
}
}
else {
const err177 = {instancePath:instancePath+"/spec/template",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
}
if(data0.hostPorts !== undefined){
let data124 = data0.hostPorts;
if(Array.isArray(data124)){
const len19 = data124.length;
for(let i19=0; i19<len19; i19++){
let data125 = data124[i19];
if(data125 && typeof data125 == "object" && !Array.isArray(data125)){
if(data125.protocol === undefined){
const err178 = {instancePath:instancePath+"/spec/hostPorts/" + i19,keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
if(data125.targetPort === undefined){
const err179 = {instancePath:instancePath+"/spec/hostPorts/" + i19,keyword:"required",params:{missingProperty: "targetPort"}};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if(data125.publishedPort === undefined){
const err180 = {instancePath:instancePath+"/spec/hostPorts/" + i19,keyword:"required",params:{missingProperty: "publishedPort"}};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
if(data125.protocol !== undefined){
let data126 = data125.protocol;
if(typeof data126 !== "string"){
const err181 = {instancePath:instancePath+"/spec/hostPorts/" + i19+"/protocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
if(!(((data126 === "TCP") || (data126 === "UDP")) || (data126 === "SCTP"))){
const err182 = {instancePath:instancePath+"/spec/hostPorts/" + i19+"/protocol",keyword:"enum",params:{allowedValues: schema36.properties.spec.properties.hostPorts.items.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
if(data125.targetPort !== undefined){
let data127 = data125.targetPort;
if(!(((typeof data127 == "number") && (!(data127 % 1) && !isNaN(data127))) && (isFinite(data127)))){
const err183 = {instancePath:instancePath+"/spec/hostPorts/" + i19+"/targetPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
if(data125.publishedPort !== undefined){
let data128 = data125.publishedPort;
if(!(((typeof data128 == "number") && (!(data128 % 1) && !isNaN(data128))) && (isFinite(data128)))){
const err184 = {instancePath:instancePath+"/spec/hostPorts/" + i19+"/publishedPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
else {
const err185 = {instancePath:instancePath+"/spec/hostPorts/" + i19,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
}
else {
const err186 = {instancePath:instancePath+"/spec/hostPorts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
}
else {
const err187 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
}
}
else {
const err188 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
validate25.errors = vErrors;
return errors === 0;
}
validate25.evaluated = {"props":{"spec":true},"dynamicProps":false,"dynamicItems":false};


const schema37 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"data":{"type":"string","format":"byte"},"driver":{"type":"object","required":["name"],"properties":{"name":{"type":"string","minLength":1,"maxLength":255},"options":{"type":"object","additionalProperties":{"type":"string"}}}},"template":{"type":"string","enum":["golang"]},"labels":{"type":"object","additionalProperties":{"type":"string"}}}}}};

function validate26(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate26.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.data !== undefined){
let data1 = data0.data;
if(typeof data1 === "string"){
if(!(formats8(data1))){
const err1 = {instancePath:instancePath+"/spec/data",keyword:"format",params:{format: "byte"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/spec/data",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data0.driver !== undefined){
let data2 = data0.driver;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.name === undefined){
const err3 = {instancePath:instancePath+"/spec/driver",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data2.name !== undefined){
let data3 = data2.name;
if(typeof data3 === "string"){
if(func1(data3) > 255){
const err4 = {instancePath:instancePath+"/spec/driver/name",keyword:"maxLength",params:{limit: 255}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(func1(data3) < 1){
const err5 = {instancePath:instancePath+"/spec/driver/name",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/spec/driver/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data2.options !== undefined){
let data4 = data2.options;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key0 in data4){
if(typeof data4[key0] !== "string"){
const err7 = {instancePath:instancePath+"/spec/driver/options/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/spec/driver/options",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/spec/driver",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data0.template !== undefined){
let data6 = data0.template;
if(typeof data6 !== "string"){
const err10 = {instancePath:instancePath+"/spec/template",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!(data6 === "golang")){
const err11 = {instancePath:instancePath+"/spec/template",keyword:"enum",params:{allowedValues: schema37.properties.spec.properties.template.enum}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.labels !== undefined){
let data7 = data0.labels;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key1 in data7){
if(typeof data7[key1] !== "string"){
const err12 = {instancePath:instancePath+"/spec/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/spec/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
validate26.errors = vErrors;
return errors === 0;
}
validate26.evaluated = {"props":{"spec":true},"dynamicProps":false,"dynamicItems":false};


const schema38 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["template"],"properties":{"mode":{"type":"string","enum":["Replicated","Global","ReplicatedJob","GlobalJob"]},"replicas":{"type":"integer","minimum":0,"maximum":1000000},"job":{"type":"object","properties":{"maxConcurrent":{"type":"integer","minimum":0,"maximum":2147483647},"totalCompletions":{"type":"integer","minimum":0,"maximum":2147483647}}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"template":{"type":"object","properties":{"image":{"type":"string","maxLength":4096},"entrypoint":{"type":"array","maxItems":1000,"items":{"type":"string"}},"command":{"type":"array","maxItems":1000,"items":{"type":"string"}},"env":{"type":"object","additionalProperties":{"type":"string"}},"workingDir":{"type":"string"},"user":{"type":"string"},"groups":{"type":"array","items":{"type":"string"}},"hostname":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}},"stopSignal":{"type":"string","pattern":"^(SIG)?[A-Z0-9+]+$|^[0-9]+$"},"stopGracePeriod":{"type":"string","format":"duration"},"init":{"type":"boolean"},"tty":{"type":"boolean"},"stdinOpen":{"type":"boolean"},"readOnly":{"type":"boolean"},"isolation":{"type":"string"},"healthCheck":{"type":"object","properties":{"test":{"type":"array","items":{"type":"string"}},"interval":{"type":"string","format":"duration"},"timeout":{"type":"string","format":"duration"},"retries":{"type":"integer","minimum":0,"maximum":2147483647},"startPeriod":{"type":"string","format":"duration"},"startInterval":{"type":"string","format":"duration"}}},"resources":{"type":"object","properties":{"limits":{"type":"object","properties":{"cpus":{"type":"string","format":"cpu"},"memory":{"type":"string","format":"memory"},"pids":{"type":"integer","minimum":0}}},"reservations":{"type":"object","properties":{"cpus":{"type":"string","format":"cpu"},"memory":{"type":"string","format":"memory"},"generic":{"type":"object","additionalProperties":{"type":"integer","minimum":0}}}}}},"restart":{"type":"object","properties":{"condition":{"type":"string","enum":["Any","OnFailure","None"]},"delay":{"type":"string","format":"duration"},"maxAttempts":{"type":"integer","minimum":0,"maximum":2147483647},"window":{"type":"string","format":"duration"}}},"placement":{"type":"object","properties":{"constraints":{"type":"array","maxItems":100,"items":{"type":"string","format":"constraint"}},"preferences":{"type":"array","maxItems":10,"items":{"type":"object","required":["spread"],"properties":{"spread":{"type":"string"}}}},"platforms":{"type":"array","maxItems":100,"items":{"type":"object","properties":{"os":{"type":"string"},"arch":{"type":"string"}}}},"maxReplicasPerNode":{"type":"integer","minimum":0,"maximum":2147483647}}},"networks":{"type":"array","items":{"type":"object","required":["target"],"properties":{"target":{"type":"string"},"aliases":{"type":"array","items":{"type":"string"}},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}}}}},"mounts":{"type":"array","items":{"type":"object","required":["type","target"],"properties":{"type":{"type":"string","enum":["Bind","Volume","Tmpfs","Npipe","Cluster"]},"source":{"type":"string"},"target":{"type":"string","minLength":1},"readOnly":{"type":"boolean"},"propagation":{"type":"string"},"noCopy":{"type":"boolean"},"driver":{"type":"string"},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}},"sizeBytes":{"type":"integer","minimum":0},"mode":{"type":"integer","minimum":0}}}},"secrets":{"type":"array","items":{"type":"object","required":["source"],"properties":{"source":{"type":"string"},"target":{"type":"string"},"uid":{"type":"string"},"gid":{"type":"string"},"mode":{"type":"integer","minimum":0,"maximum":511}}}},"configs":{"type":"array","items":{"type":"object","required":["source"],"properties":{"source":{"type":"string"},"target":{"type":"string"},"uid":{"type":"string"},"gid":{"type":"string"},"mode":{"type":"integer","minimum":0,"maximum":511}}}},"extraHosts":{"type":"array","items":{"type":"string"}},"dns":{"type":"object","properties":{"nameservers":{"type":"array","items":{"type":"string"}},"search":{"type":"array","items":{"type":"string"}},"options":{"type":"array","items":{"type":"string"}}}},"logDriver":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"options":{"type":"object","additionalProperties":{"type":"string"}}}},"capabilityAdd":{"type":"array","items":{"type":"string"}},"capabilityDrop":{"type":"array","items":{"type":"string"}},"sysctls":{"type":"object","additionalProperties":{"type":"string"}},"ulimits":{"type":"array","items":{"type":"object","required":["name","soft","hard"],"properties":{"name":{"type":"string"},"soft":{"type":"integer"},"hard":{"type":"integer"}}}},"oomScoreAdj":{"type":"integer","minimum":-1000,"maximum":1000},"shmSize":{"type":"string","format":"memory"},"registryAuth":{"type":"string"},"forceUpdate":{"type":"integer","minimum":0}}},"paused":{"type":"boolean"},"acceptedFailures":{"type":"object","required":["rollout","count"],"properties":{"rollout":{"type":"string","maxLength":64},"count":{"type":"integer","minimum":0,"maximum":2147483647}}},"update":{"type":"object","properties":{"parallelism":{"type":"integer","minimum":0,"maximum":2147483647},"delay":{"type":"string","format":"duration"},"monitor":{"type":"string","format":"duration"},"failureAction":{"type":"string","enum":["Pause","Continue","Rollback"]},"maxFailureRatio":{"type":"number","minimum":0,"maximum":1},"order":{"type":"string","enum":["StopFirst","StartFirst"]}}},"rollback":{"type":"object","properties":{"parallelism":{"type":"integer","minimum":0,"maximum":2147483647},"delay":{"type":"string","format":"duration"},"monitor":{"type":"string","format":"duration"},"failureAction":{"type":"string","enum":["Pause","Continue","Rollback"]},"maxFailureRatio":{"type":"number","minimum":0,"maximum":1},"order":{"type":"string","enum":["StopFirst","StartFirst"]}}},"endpoint":{"type":"object","properties":{"mode":{"type":"string","enum":["VIP","DNSRR"]},"ports":{"type":"array","maxItems":1000,"items":{"type":"object","required":["targetPort"],"properties":{"name":{"type":"string","maxLength":63},"protocol":{"type":"string","enum":["TCP","UDP","SCTP"]},"targetPort":{"type":"integer","minimum":1,"maximum":65535},"publishedPort":{"type":"integer","minimum":0,"maximum":65535},"publishMode":{"type":"string","enum":["Ingress","Host"]},"proxyProtocol":{"type":"string","enum":["None","V2"]}}}}}}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"replicas":{"type":"object","properties":{"desired":{"type":"integer"},"running":{"type":"integer"},"completed":{"type":"integer"},"summary":{"type":"string"}}},"revision":{"type":"string"},"revisionGeneration":{"type":"integer"},"lastGood":{"type":"string"},"previousGood":{"type":"string"},"update":{"type":"object","required":["id","of","target","state","startedAt","total","failures"],"properties":{"id":{"type":"string"},"of":{"type":"string"},"target":{"type":"string"},"from":{"type":"string"},"state":{"type":"string","enum":["Updating","Paused","Completed","RollbackStarted","RollbackPaused","RollbackCompleted"]},"startedAt":{"type":"integer"},"completedAt":{"type":"integer"},"total":{"type":"integer"},"failures":{"type":"integer"},"reason":{"type":"string"},"requested":{"type":"boolean"}}},"endpoint":{"type":"object","properties":{"observedPorts":{"type":"string"},"ports":{"type":"array","items":{"type":"object","required":["protocol","targetPort","publishedPort","publishMode"],"properties":{"name":{"type":"string"},"protocol":{"type":"string","enum":["TCP","UDP","SCTP"]},"targetPort":{"type":"integer"},"publishedPort":{"type":"integer"},"publishMode":{"type":"string","enum":["Ingress","Host"]},"proxyProtocol":{"type":"string","enum":["None","V2"]}}}}}},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};

function validate27(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate27.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.template === undefined){
const err1 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "template"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data0.mode !== undefined){
let data1 = data0.mode;
if(typeof data1 !== "string"){
const err2 = {instancePath:instancePath+"/spec/mode",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(!((((data1 === "Replicated") || (data1 === "Global")) || (data1 === "ReplicatedJob")) || (data1 === "GlobalJob"))){
const err3 = {instancePath:instancePath+"/spec/mode",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.mode.enum}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data0.replicas !== undefined){
let data2 = data0.replicas;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err4 = {instancePath:instancePath+"/spec/replicas",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 1000000 || isNaN(data2)){
const err5 = {instancePath:instancePath+"/spec/replicas",keyword:"maximum",params:{comparison: "<=", limit: 1000000}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data2 < 0 || isNaN(data2)){
const err6 = {instancePath:instancePath+"/spec/replicas",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
if(data0.job !== undefined){
let data3 = data0.job;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.maxConcurrent !== undefined){
let data4 = data3.maxConcurrent;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err7 = {instancePath:instancePath+"/spec/job/maxConcurrent",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 2147483647 || isNaN(data4)){
const err8 = {instancePath:instancePath+"/spec/job/maxConcurrent",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data4 < 0 || isNaN(data4)){
const err9 = {instancePath:instancePath+"/spec/job/maxConcurrent",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
if(data3.totalCompletions !== undefined){
let data5 = data3.totalCompletions;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err10 = {instancePath:instancePath+"/spec/job/totalCompletions",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 2147483647 || isNaN(data5)){
const err11 = {instancePath:instancePath+"/spec/job/totalCompletions",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data5 < 0 || isNaN(data5)){
const err12 = {instancePath:instancePath+"/spec/job/totalCompletions",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
}
else {
const err13 = {instancePath:instancePath+"/spec/job",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data0.labels !== undefined){
let data6 = data0.labels;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key0 in data6){
if(typeof data6[key0] !== "string"){
const err14 = {instancePath:instancePath+"/spec/labels/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/spec/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data0.template !== undefined){
let data8 = data0.template;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.image !== undefined){
let data9 = data8.image;
if(typeof data9 === "string"){
if(func1(data9) > 4096){
const err16 = {instancePath:instancePath+"/spec/template/image",keyword:"maxLength",params:{limit: 4096}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/spec/template/image",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data8.entrypoint !== undefined){
let data10 = data8.entrypoint;
if(Array.isArray(data10)){
if(data10.length > 1000){
const err18 = {instancePath:instancePath+"/spec/template/entrypoint",keyword:"maxItems",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
const len0 = data10.length;
for(let i0=0; i0<len0; i0++){
if(typeof data10[i0] !== "string"){
const err19 = {instancePath:instancePath+"/spec/template/entrypoint/" + i0,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/spec/template/entrypoint",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data8.command !== undefined){
let data12 = data8.command;
if(Array.isArray(data12)){
if(data12.length > 1000){
const err21 = {instancePath:instancePath+"/spec/template/command",keyword:"maxItems",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
const len1 = data12.length;
for(let i1=0; i1<len1; i1++){
if(typeof data12[i1] !== "string"){
const err22 = {instancePath:instancePath+"/spec/template/command/" + i1,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/spec/template/command",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data8.env !== undefined){
let data14 = data8.env;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key1 in data14){
if(typeof data14[key1] !== "string"){
const err24 = {instancePath:instancePath+"/spec/template/env/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/spec/template/env",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data8.workingDir !== undefined){
if(typeof data8.workingDir !== "string"){
const err26 = {instancePath:instancePath+"/spec/template/workingDir",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data8.user !== undefined){
if(typeof data8.user !== "string"){
const err27 = {instancePath:instancePath+"/spec/template/user",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data8.groups !== undefined){
let data18 = data8.groups;
if(Array.isArray(data18)){
const len2 = data18.length;
for(let i2=0; i2<len2; i2++){
if(typeof data18[i2] !== "string"){
const err28 = {instancePath:instancePath+"/spec/template/groups/" + i2,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/spec/template/groups",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data8.hostname !== undefined){
if(typeof data8.hostname !== "string"){
const err30 = {instancePath:instancePath+"/spec/template/hostname",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data8.labels !== undefined){
let data21 = data8.labels;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
for(const key2 in data21){
if(typeof data21[key2] !== "string"){
const err31 = {instancePath:instancePath+"/spec/template/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/spec/template/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data8.stopSignal !== undefined){
let data23 = data8.stopSignal;
if(typeof data23 === "string"){
if(!pattern4.test(data23)){
const err33 = {instancePath:instancePath+"/spec/template/stopSignal",keyword:"pattern",params:{pattern: "^(SIG)?[A-Z0-9+]+$|^[0-9]+$"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/template/stopSignal",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data8.stopGracePeriod !== undefined){
let data24 = data8.stopGracePeriod;
if(typeof data24 === "string"){
if(!(formats0(data24))){
const err35 = {instancePath:instancePath+"/spec/template/stopGracePeriod",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/spec/template/stopGracePeriod",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data8.init !== undefined){
if(typeof data8.init !== "boolean"){
const err37 = {instancePath:instancePath+"/spec/template/init",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data8.tty !== undefined){
if(typeof data8.tty !== "boolean"){
const err38 = {instancePath:instancePath+"/spec/template/tty",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data8.stdinOpen !== undefined){
if(typeof data8.stdinOpen !== "boolean"){
const err39 = {instancePath:instancePath+"/spec/template/stdinOpen",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data8.readOnly !== undefined){
if(typeof data8.readOnly !== "boolean"){
const err40 = {instancePath:instancePath+"/spec/template/readOnly",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data8.isolation !== undefined){
if(typeof data8.isolation !== "string"){
const err41 = {instancePath:instancePath+"/spec/template/isolation",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data8.healthCheck !== undefined){
let data30 = data8.healthCheck;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
if(data30.test !== undefined){
let data31 = data30.test;
if(Array.isArray(data31)){
const len3 = data31.length;
for(let i3=0; i3<len3; i3++){
if(typeof data31[i3] !== "string"){
const err42 = {instancePath:instancePath+"/spec/template/healthCheck/test/" + i3,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/spec/template/healthCheck/test",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data30.interval !== undefined){
let data33 = data30.interval;
if(typeof data33 === "string"){
if(!(formats0(data33))){
const err44 = {instancePath:instancePath+"/spec/template/healthCheck/interval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
else {
const err45 = {instancePath:instancePath+"/spec/template/healthCheck/interval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data30.timeout !== undefined){
let data34 = data30.timeout;
if(typeof data34 === "string"){
if(!(formats0(data34))){
const err46 = {instancePath:instancePath+"/spec/template/healthCheck/timeout",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/spec/template/healthCheck/timeout",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data30.retries !== undefined){
let data35 = data30.retries;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err48 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 > 2147483647 || isNaN(data35)){
const err49 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data35 < 0 || isNaN(data35)){
const err50 = {instancePath:instancePath+"/spec/template/healthCheck/retries",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
if(data30.startPeriod !== undefined){
let data36 = data30.startPeriod;
if(typeof data36 === "string"){
if(!(formats0(data36))){
const err51 = {instancePath:instancePath+"/spec/template/healthCheck/startPeriod",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/spec/template/healthCheck/startPeriod",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data30.startInterval !== undefined){
let data37 = data30.startInterval;
if(typeof data37 === "string"){
if(!(formats0(data37))){
const err53 = {instancePath:instancePath+"/spec/template/healthCheck/startInterval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/spec/template/healthCheck/startInterval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
else {
const err55 = {instancePath:instancePath+"/spec/template/healthCheck",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data8.resources !== undefined){
let data38 = data8.resources;
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
if(data38.limits !== undefined){
let data39 = data38.limits;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.cpus !== undefined){
let data40 = data39.cpus;
if(typeof data40 === "string"){
if(!(formats36(data40))){
const err56 = {instancePath:instancePath+"/spec/template/resources/limits/cpus",keyword:"format",params:{format: "cpu"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
else {
const err57 = {instancePath:instancePath+"/spec/template/resources/limits/cpus",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data39.memory !== undefined){
let data41 = data39.memory;
if(typeof data41 === "string"){
if(!(formats38(data41))){
const err58 = {instancePath:instancePath+"/spec/template/resources/limits/memory",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/spec/template/resources/limits/memory",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data39.pids !== undefined){
let data42 = data39.pids;
if(!(((typeof data42 == "number") && (!(data42 % 1) && !isNaN(data42))) && (isFinite(data42)))){
const err60 = {instancePath:instancePath+"/spec/template/resources/limits/pids",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if((typeof data42 == "number") && (isFinite(data42))){
if(data42 < 0 || isNaN(data42)){
const err61 = {instancePath:instancePath+"/spec/template/resources/limits/pids",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
}
else {
const err62 = {instancePath:instancePath+"/spec/template/resources/limits",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data38.reservations !== undefined){
let data43 = data38.reservations;
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
if(data43.cpus !== undefined){
let data44 = data43.cpus;
if(typeof data44 === "string"){
if(!(formats36(data44))){
const err63 = {instancePath:instancePath+"/spec/template/resources/reservations/cpus",keyword:"format",params:{format: "cpu"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/spec/template/resources/reservations/cpus",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data43.memory !== undefined){
let data45 = data43.memory;
if(typeof data45 === "string"){
if(!(formats38(data45))){
const err65 = {instancePath:instancePath+"/spec/template/resources/reservations/memory",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/spec/template/resources/reservations/memory",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data43.generic !== undefined){
let data46 = data43.generic;
if(data46 && typeof data46 == "object" && !Array.isArray(data46)){
for(const key3 in data46){
let data47 = data46[key3];
if(!(((typeof data47 == "number") && (!(data47 % 1) && !isNaN(data47))) && (isFinite(data47)))){
const err67 = {instancePath:instancePath+"/spec/template/resources/reservations/generic/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 < 0 || isNaN(data47)){
const err68 = {instancePath:instancePath+"/spec/template/resources/reservations/generic/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
}
}
else {
const err69 = {instancePath:instancePath+"/spec/template/resources/reservations/generic",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
else {
const err70 = {instancePath:instancePath+"/spec/template/resources/reservations",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
}
else {
const err71 = {instancePath:instancePath+"/spec/template/resources",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data8.restart !== undefined){
let data48 = data8.restart;
if(data48 && typeof data48 == "object" && !Array.isArray(data48)){
if(data48.condition !== undefined){
let data49 = data48.condition;
if(typeof data49 !== "string"){
const err72 = {instancePath:instancePath+"/spec/template/restart/condition",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(!(((data49 === "Any") || (data49 === "OnFailure")) || (data49 === "None"))){
const err73 = {instancePath:instancePath+"/spec/template/restart/condition",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.template.properties.restart.properties.condition.enum}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data48.delay !== undefined){
let data50 = data48.delay;
if(typeof data50 === "string"){
if(!(formats0(data50))){
const err74 = {instancePath:instancePath+"/spec/template/restart/delay",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
else {
const err75 = {instancePath:instancePath+"/spec/template/restart/delay",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data48.maxAttempts !== undefined){
let data51 = data48.maxAttempts;
if(!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))){
const err76 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 2147483647 || isNaN(data51)){
const err77 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data51 < 0 || isNaN(data51)){
const err78 = {instancePath:instancePath+"/spec/template/restart/maxAttempts",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
if(data48.window !== undefined){
let data52 = data48.window;
if(typeof data52 === "string"){
if(!(formats0(data52))){
const err79 = {instancePath:instancePath+"/spec/template/restart/window",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/spec/template/restart/window",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/spec/template/restart",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data8.placement !== undefined){
let data53 = data8.placement;
if(data53 && typeof data53 == "object" && !Array.isArray(data53)){
if(data53.constraints !== undefined){
let data54 = data53.constraints;
if(Array.isArray(data54)){
if(data54.length > 100){
const err82 = {instancePath:instancePath+"/spec/template/placement/constraints",keyword:"maxItems",params:{limit: 100}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
const len4 = data54.length;
for(let i4=0; i4<len4; i4++){
let data55 = data54[i4];
if(typeof data55 === "string"){
if(!(formats48(data55))){
const err83 = {instancePath:instancePath+"/spec/template/placement/constraints/" + i4,keyword:"format",params:{format: "constraint"}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/spec/template/placement/constraints/" + i4,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
else {
const err85 = {instancePath:instancePath+"/spec/template/placement/constraints",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data53.preferences !== undefined){
let data56 = data53.preferences;
if(Array.isArray(data56)){
if(data56.length > 10){
const err86 = {instancePath:instancePath+"/spec/template/placement/preferences",keyword:"maxItems",params:{limit: 10}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
const len5 = data56.length;
for(let i5=0; i5<len5; i5++){
let data57 = data56[i5];
if(data57 && typeof data57 == "object" && !Array.isArray(data57)){
if(data57.spread === undefined){
const err87 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5,keyword:"required",params:{missingProperty: "spread"}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(data57.spread !== undefined){
if(typeof data57.spread !== "string"){
const err88 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5+"/spread",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath:instancePath+"/spec/template/placement/preferences/" + i5,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
}
else {
const err90 = {instancePath:instancePath+"/spec/template/placement/preferences",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data53.platforms !== undefined){
let data59 = data53.platforms;
if(Array.isArray(data59)){
if(data59.length > 100){
const err91 = {instancePath:instancePath+"/spec/template/placement/platforms",keyword:"maxItems",params:{limit: 100}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
const len6 = data59.length;
for(let i6=0; i6<len6; i6++){
let data60 = data59[i6];
if(data60 && typeof data60 == "object" && !Array.isArray(data60)){
if(data60.os !== undefined){
if(typeof data60.os !== "string"){
const err92 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6+"/os",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data60.arch !== undefined){
if(typeof data60.arch !== "string"){
const err93 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6+"/arch",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
else {
const err94 = {instancePath:instancePath+"/spec/template/placement/platforms/" + i6,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath:instancePath+"/spec/template/placement/platforms",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data53.maxReplicasPerNode !== undefined){
let data63 = data53.maxReplicasPerNode;
if(!(((typeof data63 == "number") && (!(data63 % 1) && !isNaN(data63))) && (isFinite(data63)))){
const err96 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if((typeof data63 == "number") && (isFinite(data63))){
if(data63 > 2147483647 || isNaN(data63)){
const err97 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(data63 < 0 || isNaN(data63)){
const err98 = {instancePath:instancePath+"/spec/template/placement/maxReplicasPerNode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
}
else {
const err99 = {instancePath:instancePath+"/spec/template/placement",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data8.networks !== undefined){
let data64 = data8.networks;
if(Array.isArray(data64)){
const len7 = data64.length;
for(let i7=0; i7<len7; i7++){
let data65 = data64[i7];
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if(data65.target === undefined){
const err100 = {instancePath:instancePath+"/spec/template/networks/" + i7,keyword:"required",params:{missingProperty: "target"}};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data65.target !== undefined){
if(typeof data65.target !== "string"){
const err101 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data65.aliases !== undefined){
let data67 = data65.aliases;
if(Array.isArray(data67)){
const len8 = data67.length;
for(let i8=0; i8<len8; i8++){
if(typeof data67[i8] !== "string"){
const err102 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/aliases/" + i8,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
}
else {
const err103 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/aliases",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data65.driverOptions !== undefined){
let data69 = data65.driverOptions;
if(data69 && typeof data69 == "object" && !Array.isArray(data69)){
for(const key4 in data69){
if(typeof data69[key4] !== "string"){
const err104 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/driverOptions/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
else {
const err105 = {instancePath:instancePath+"/spec/template/networks/" + i7+"/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
}
else {
const err106 = {instancePath:instancePath+"/spec/template/networks/" + i7,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
}
else {
const err107 = {instancePath:instancePath+"/spec/template/networks",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data8.mounts !== undefined){
let data71 = data8.mounts;
if(Array.isArray(data71)){
const len9 = data71.length;
for(let i9=0; i9<len9; i9++){
let data72 = data71[i9];
if(data72 && typeof data72 == "object" && !Array.isArray(data72)){
if(data72.type === undefined){
const err108 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
if(data72.target === undefined){
const err109 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"required",params:{missingProperty: "target"}};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
if(data72.type !== undefined){
let data73 = data72.type;
if(typeof data73 !== "string"){
const err110 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(!(((((data73 === "Bind") || (data73 === "Volume")) || (data73 === "Tmpfs")) || (data73 === "Npipe")) || (data73 === "Cluster"))){
const err111 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/type",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.template.properties.mounts.items.properties.type.enum}};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
if(data72.source !== undefined){
if(typeof data72.source !== "string"){
const err112 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
if(data72.target !== undefined){
let data75 = data72.target;
if(typeof data75 === "string"){
if(func1(data75) < 1){
const err113 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/target",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
else {
const err114 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
if(data72.readOnly !== undefined){
if(typeof data72.readOnly !== "boolean"){
const err115 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/readOnly",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(data72.propagation !== undefined){
if(typeof data72.propagation !== "string"){
const err116 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/propagation",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data72.noCopy !== undefined){
if(typeof data72.noCopy !== "boolean"){
const err117 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/noCopy",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
if(data72.driver !== undefined){
if(typeof data72.driver !== "string"){
const err118 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driver",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
if(data72.driverOptions !== undefined){
let data80 = data72.driverOptions;
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
for(const key5 in data80){
if(typeof data80[key5] !== "string"){
const err119 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driverOptions/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data72.labels !== undefined){
let data82 = data72.labels;
if(data82 && typeof data82 == "object" && !Array.isArray(data82)){
for(const key6 in data82){
if(typeof data82[key6] !== "string"){
const err121 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/labels/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
}
else {
const err122 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data72.sizeBytes !== undefined){
let data84 = data72.sizeBytes;
if(!(((typeof data84 == "number") && (!(data84 % 1) && !isNaN(data84))) && (isFinite(data84)))){
const err123 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/sizeBytes",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if((typeof data84 == "number") && (isFinite(data84))){
if(data84 < 0 || isNaN(data84)){
const err124 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/sizeBytes",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
}
if(data72.mode !== undefined){
let data85 = data72.mode;
if(!(((typeof data85 == "number") && (!(data85 % 1) && !isNaN(data85))) && (isFinite(data85)))){
const err125 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if((typeof data85 == "number") && (isFinite(data85))){
if(data85 < 0 || isNaN(data85)){
const err126 = {instancePath:instancePath+"/spec/template/mounts/" + i9+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
}
}
else {
const err127 = {instancePath:instancePath+"/spec/template/mounts/" + i9,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
else {
const err128 = {instancePath:instancePath+"/spec/template/mounts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
if(data8.secrets !== undefined){
let data86 = data8.secrets;
if(Array.isArray(data86)){
const len10 = data86.length;
for(let i10=0; i10<len10; i10++){
let data87 = data86[i10];
if(data87 && typeof data87 == "object" && !Array.isArray(data87)){
if(data87.source === undefined){
const err129 = {instancePath:instancePath+"/spec/template/secrets/" + i10,keyword:"required",params:{missingProperty: "source"}};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data87.source !== undefined){
if(typeof data87.source !== "string"){
const err130 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data87.target !== undefined){
if(typeof data87.target !== "string"){
const err131 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
if(data87.uid !== undefined){
if(typeof data87.uid !== "string"){
const err132 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data87.gid !== undefined){
if(typeof data87.gid !== "string"){
const err133 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/gid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
if(data87.mode !== undefined){
let data92 = data87.mode;
if(!(((typeof data92 == "number") && (!(data92 % 1) && !isNaN(data92))) && (isFinite(data92)))){
const err134 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if((typeof data92 == "number") && (isFinite(data92))){
if(data92 > 511 || isNaN(data92)){
const err135 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"maximum",params:{comparison: "<=", limit: 511}};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
if(data92 < 0 || isNaN(data92)){
const err136 = {instancePath:instancePath+"/spec/template/secrets/" + i10+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
}
}
else {
const err137 = {instancePath:instancePath+"/spec/template/secrets/" + i10,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
}
else {
const err138 = {instancePath:instancePath+"/spec/template/secrets",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
if(data8.configs !== undefined){
let data93 = data8.configs;
if(Array.isArray(data93)){
const len11 = data93.length;
for(let i11=0; i11<len11; i11++){
let data94 = data93[i11];
if(data94 && typeof data94 == "object" && !Array.isArray(data94)){
if(data94.source === undefined){
const err139 = {instancePath:instancePath+"/spec/template/configs/" + i11,keyword:"required",params:{missingProperty: "source"}};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
if(data94.source !== undefined){
if(typeof data94.source !== "string"){
const err140 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/source",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
if(data94.target !== undefined){
if(typeof data94.target !== "string"){
const err141 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
if(data94.uid !== undefined){
if(typeof data94.uid !== "string"){
const err142 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
if(data94.gid !== undefined){
if(typeof data94.gid !== "string"){
const err143 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/gid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
if(data94.mode !== undefined){
let data99 = data94.mode;
if(!(((typeof data99 == "number") && (!(data99 % 1) && !isNaN(data99))) && (isFinite(data99)))){
const err144 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if((typeof data99 == "number") && (isFinite(data99))){
if(data99 > 511 || isNaN(data99)){
const err145 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"maximum",params:{comparison: "<=", limit: 511}};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
if(data99 < 0 || isNaN(data99)){
const err146 = {instancePath:instancePath+"/spec/template/configs/" + i11+"/mode",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
}
}
else {
const err147 = {instancePath:instancePath+"/spec/template/configs/" + i11,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
}
else {
const err148 = {instancePath:instancePath+"/spec/template/configs",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
if(data8.extraHosts !== undefined){
let data100 = data8.extraHosts;
if(Array.isArray(data100)){
const len12 = data100.length;
for(let i12=0; i12<len12; i12++){
if(typeof data100[i12] !== "string"){
const err149 = {instancePath:instancePath+"/spec/template/extraHosts/" + i12,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
}
else {
const err150 = {instancePath:instancePath+"/spec/template/extraHosts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
if(data8.dns !== undefined){
let data102 = data8.dns;
if(data102 && typeof data102 == "object" && !Array.isArray(data102)){
if(data102.nameservers !== undefined){
let data103 = data102.nameservers;
if(Array.isArray(data103)){
const len13 = data103.length;
for(let i13=0; i13<len13; i13++){
if(typeof data103[i13] !== "string"){
const err151 = {instancePath:instancePath+"/spec/template/dns/nameservers/" + i13,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
}
else {
const err152 = {instancePath:instancePath+"/spec/template/dns/nameservers",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
if(data102.search !== undefined){
let data105 = data102.search;
if(Array.isArray(data105)){
const len14 = data105.length;
for(let i14=0; i14<len14; i14++){
if(typeof data105[i14] !== "string"){
const err153 = {instancePath:instancePath+"/spec/template/dns/search/" + i14,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
}
else {
const err154 = {instancePath:instancePath+"/spec/template/dns/search",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data102.options !== undefined){
let data107 = data102.options;
if(Array.isArray(data107)){
const len15 = data107.length;
for(let i15=0; i15<len15; i15++){
if(typeof data107[i15] !== "string"){
const err155 = {instancePath:instancePath+"/spec/template/dns/options/" + i15,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
}
else {
const err156 = {instancePath:instancePath+"/spec/template/dns/options",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
}
}
else {
const err157 = {instancePath:instancePath+"/spec/template/dns",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
if(data8.logDriver !== undefined){
let data109 = data8.logDriver;
if(data109 && typeof data109 == "object" && !Array.isArray(data109)){
if(data109.name === undefined){
const err158 = {instancePath:instancePath+"/spec/template/logDriver",keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if(data109.name !== undefined){
if(typeof data109.name !== "string"){
const err159 = {instancePath:instancePath+"/spec/template/logDriver/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
}
if(data109.options !== undefined){
let data111 = data109.options;
if(data111 && typeof data111 == "object" && !Array.isArray(data111)){
for(const key7 in data111){
if(typeof data111[key7] !== "string"){
const err160 = {instancePath:instancePath+"/spec/template/logDriver/options/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
}
else {
const err161 = {instancePath:instancePath+"/spec/template/logDriver/options",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
}
else {
const err162 = {instancePath:instancePath+"/spec/template/logDriver",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
if(data8.capabilityAdd !== undefined){
let data113 = data8.capabilityAdd;
if(Array.isArray(data113)){
const len16 = data113.length;
for(let i16=0; i16<len16; i16++){
if(typeof data113[i16] !== "string"){
const err163 = {instancePath:instancePath+"/spec/template/capabilityAdd/" + i16,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
}
else {
const err164 = {instancePath:instancePath+"/spec/template/capabilityAdd",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
if(data8.capabilityDrop !== undefined){
let data115 = data8.capabilityDrop;
if(Array.isArray(data115)){
const len17 = data115.length;
for(let i17=0; i17<len17; i17++){
if(typeof data115[i17] !== "string"){
const err165 = {instancePath:instancePath+"/spec/template/capabilityDrop/" + i17,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
}
else {
const err166 = {instancePath:instancePath+"/spec/template/capabilityDrop",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
if(data8.sysctls !== undefined){
let data117 = data8.sysctls;
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
for(const key8 in data117){
if(typeof data117[key8] !== "string"){
const err167 = {instancePath:instancePath+"/spec/template/sysctls/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
}
else {
const err168 = {instancePath:instancePath+"/spec/template/sysctls",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
if(data8.ulimits !== undefined){
let data119 = data8.ulimits;
if(Array.isArray(data119)){
const len18 = data119.length;
for(let i18=0; i18<len18; i18++){
let data120 = data119[i18];
if(data120 && typeof data120 == "object" && !Array.isArray(data120)){
if(data120.name === undefined){
const err169 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
if(data120.soft === undefined){
const err170 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "soft"}};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
if(data120.hard === undefined){
const err171 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"required",params:{missingProperty: "hard"}};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
if(data120.name !== undefined){
if(typeof data120.name !== "string"){
const err172 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
if(data120.soft !== undefined){
let data122 = data120.soft;
if(!(((typeof data122 == "number") && (!(data122 % 1) && !isNaN(data122))) && (isFinite(data122)))){
const err173 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/soft",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data120.hard !== undefined){
let data123 = data120.hard;
if(!(((typeof data123 == "number") && (!(data123 % 1) && !isNaN(data123))) && (isFinite(data123)))){
const err174 = {instancePath:instancePath+"/spec/template/ulimits/" + i18+"/hard",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
}
else {
const err175 = {instancePath:instancePath+"/spec/template/ulimits/" + i18,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
}
else {
const err176 = {instancePath:instancePath+"/spec/template/ulimits",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
if(data8.oomScoreAdj !== undefined){
let data124 = data8.oomScoreAdj;
if(!(((typeof data124 == "number") && (!(data124 % 1) && !isNaN(data124))) && (isFinite(data124)))){
const err177 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
if((typeof data124 == "number") && (isFinite(data124))){
if(data124 > 1000 || isNaN(data124)){
const err178 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"maximum",params:{comparison: "<=", limit: 1000}};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
if(data124 < -1000 || isNaN(data124)){
const err179 = {instancePath:instancePath+"/spec/template/oomScoreAdj",keyword:"minimum",params:{comparison: ">=", limit: -1000}};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
}
}
if(data8.shmSize !== undefined){
let data125 = data8.shmSize;
if(typeof data125 === "string"){
if(!(formats38(data125))){
const err180 = {instancePath:instancePath+"/spec/template/shmSize",keyword:"format",params:{format: "memory"}};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
else {
const err181 = {instancePath:instancePath+"/spec/template/shmSize",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
if(data8.registryAuth !== undefined){
if(typeof data8.registryAuth !== "string"){
const err182 = {instancePath:instancePath+"/spec/template/registryAuth",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
if(data8.forceUpdate !== undefined){
let data127 = data8.forceUpdate;
if(!(((typeof data127 == "number") && (!(data127 % 1) && !isNaN(data127))) && (isFinite(data127)))){
const err183 = {instancePath:instancePath+"/spec/template/forceUpdate",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
if((typeof data127 == "number") && (isFinite(data127))){
if(data127 < 0 || isNaN(data127)){
const err184 = {instancePath:instancePath+"/spec/template/forceUpdate",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
}
else {
const err185 = {instancePath:instancePath+"/spec/template",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
if(data0.paused !== undefined){
if(typeof data0.paused !== "boolean"){
const err186 = {instancePath:instancePath+"/spec/paused",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
if(data0.acceptedFailures !== undefined){
let data129 = data0.acceptedFailures;
if(data129 && typeof data129 == "object" && !Array.isArray(data129)){
if(data129.rollout === undefined){
const err187 = {instancePath:instancePath+"/spec/acceptedFailures",keyword:"required",params:{missingProperty: "rollout"}};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
if(data129.count === undefined){
const err188 = {instancePath:instancePath+"/spec/acceptedFailures",keyword:"required",params:{missingProperty: "count"}};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
if(data129.rollout !== undefined){
let data130 = data129.rollout;
if(typeof data130 === "string"){
if(func1(data130) > 64){
const err189 = {instancePath:instancePath+"/spec/acceptedFailures/rollout",keyword:"maxLength",params:{limit: 64}};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
}
else {
const err190 = {instancePath:instancePath+"/spec/acceptedFailures/rollout",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
if(data129.count !== undefined){
let data131 = data129.count;
if(!(((typeof data131 == "number") && (!(data131 % 1) && !isNaN(data131))) && (isFinite(data131)))){
const err191 = {instancePath:instancePath+"/spec/acceptedFailures/count",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
if((typeof data131 == "number") && (isFinite(data131))){
if(data131 > 2147483647 || isNaN(data131)){
const err192 = {instancePath:instancePath+"/spec/acceptedFailures/count",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
if(data131 < 0 || isNaN(data131)){
const err193 = {instancePath:instancePath+"/spec/acceptedFailures/count",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
}
}
else {
const err194 = {instancePath:instancePath+"/spec/acceptedFailures",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
if(data0.update !== undefined){
let data132 = data0.update;
if(data132 && typeof data132 == "object" && !Array.isArray(data132)){
if(data132.parallelism !== undefined){
let data133 = data132.parallelism;
if(!(((typeof data133 == "number") && (!(data133 % 1) && !isNaN(data133))) && (isFinite(data133)))){
const err195 = {instancePath:instancePath+"/spec/update/parallelism",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
if((typeof data133 == "number") && (isFinite(data133))){
if(data133 > 2147483647 || isNaN(data133)){
const err196 = {instancePath:instancePath+"/spec/update/parallelism",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
if(data133 < 0 || isNaN(data133)){
const err197 = {instancePath:instancePath+"/spec/update/parallelism",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
}
}
if(data132.delay !== undefined){
let data134 = data132.delay;
if(typeof data134 === "string"){
if(!(formats0(data134))){
const err198 = {instancePath:instancePath+"/spec/update/delay",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
}
else {
const err199 = {instancePath:instancePath+"/spec/update/delay",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
if(data132.monitor !== undefined){
let data135 = data132.monitor;
if(typeof data135 === "string"){
if(!(formats0(data135))){
const err200 = {instancePath:instancePath+"/spec/update/monitor",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
else {
const err201 = {instancePath:instancePath+"/spec/update/monitor",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
if(data132.failureAction !== undefined){
let data136 = data132.failureAction;
if(typeof data136 !== "string"){
const err202 = {instancePath:instancePath+"/spec/update/failureAction",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
if(!(((data136 === "Pause") || (data136 === "Continue")) || (data136 === "Rollback"))){
const err203 = {instancePath:instancePath+"/spec/update/failureAction",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.update.properties.failureAction.enum}};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
}
if(data132.maxFailureRatio !== undefined){
let data137 = data132.maxFailureRatio;
if((typeof data137 == "number") && (isFinite(data137))){
if(data137 > 1 || isNaN(data137)){
const err204 = {instancePath:instancePath+"/spec/update/maxFailureRatio",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
if(data137 < 0 || isNaN(data137)){
const err205 = {instancePath:instancePath+"/spec/update/maxFailureRatio",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
else {
const err206 = {instancePath:instancePath+"/spec/update/maxFailureRatio",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
if(data132.order !== undefined){
let data138 = data132.order;
if(typeof data138 !== "string"){
const err207 = {instancePath:instancePath+"/spec/update/order",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
if(!((data138 === "StopFirst") || (data138 === "StartFirst"))){
const err208 = {instancePath:instancePath+"/spec/update/order",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.update.properties.order.enum}};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
}
else {
const err209 = {instancePath:instancePath+"/spec/update",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
if(data0.rollback !== undefined){
let data139 = data0.rollback;
if(data139 && typeof data139 == "object" && !Array.isArray(data139)){
if(data139.parallelism !== undefined){
let data140 = data139.parallelism;
if(!(((typeof data140 == "number") && (!(data140 % 1) && !isNaN(data140))) && (isFinite(data140)))){
const err210 = {instancePath:instancePath+"/spec/rollback/parallelism",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
if((typeof data140 == "number") && (isFinite(data140))){
if(data140 > 2147483647 || isNaN(data140)){
const err211 = {instancePath:instancePath+"/spec/rollback/parallelism",keyword:"maximum",params:{comparison: "<=", limit: 2147483647}};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
if(data140 < 0 || isNaN(data140)){
const err212 = {instancePath:instancePath+"/spec/rollback/parallelism",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
}
}
if(data139.delay !== undefined){
let data141 = data139.delay;
if(typeof data141 === "string"){
if(!(formats0(data141))){
const err213 = {instancePath:instancePath+"/spec/rollback/delay",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
}
else {
const err214 = {instancePath:instancePath+"/spec/rollback/delay",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
if(data139.monitor !== undefined){
let data142 = data139.monitor;
if(typeof data142 === "string"){
if(!(formats0(data142))){
const err215 = {instancePath:instancePath+"/spec/rollback/monitor",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
else {
const err216 = {instancePath:instancePath+"/spec/rollback/monitor",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
if(data139.failureAction !== undefined){
let data143 = data139.failureAction;
if(typeof data143 !== "string"){
const err217 = {instancePath:instancePath+"/spec/rollback/failureAction",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
if(!(((data143 === "Pause") || (data143 === "Continue")) || (data143 === "Rollback"))){
const err218 = {instancePath:instancePath+"/spec/rollback/failureAction",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.rollback.properties.failureAction.enum}};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
if(data139.maxFailureRatio !== undefined){
let data144 = data139.maxFailureRatio;
if((typeof data144 == "number") && (isFinite(data144))){
if(data144 > 1 || isNaN(data144)){
const err219 = {instancePath:instancePath+"/spec/rollback/maxFailureRatio",keyword:"maximum",params:{comparison: "<=", limit: 1}};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
if(data144 < 0 || isNaN(data144)){
const err220 = {instancePath:instancePath+"/spec/rollback/maxFailureRatio",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
}
else {
const err221 = {instancePath:instancePath+"/spec/rollback/maxFailureRatio",keyword:"type",params:{type: "number"}};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
}
if(data139.order !== undefined){
let data145 = data139.order;
if(typeof data145 !== "string"){
const err222 = {instancePath:instancePath+"/spec/rollback/order",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
if(!((data145 === "StopFirst") || (data145 === "StartFirst"))){
const err223 = {instancePath:instancePath+"/spec/rollback/order",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.rollback.properties.order.enum}};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
}
else {
const err224 = {instancePath:instancePath+"/spec/rollback",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
if(data0.endpoint !== undefined){
let data146 = data0.endpoint;
if(data146 && typeof data146 == "object" && !Array.isArray(data146)){
if(data146.mode !== undefined){
let data147 = data146.mode;
if(typeof data147 !== "string"){
const err225 = {instancePath:instancePath+"/spec/endpoint/mode",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
if(!((data147 === "VIP") || (data147 === "DNSRR"))){
const err226 = {instancePath:instancePath+"/spec/endpoint/mode",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.endpoint.properties.mode.enum}};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
}
if(data146.ports !== undefined){
let data148 = data146.ports;
if(Array.isArray(data148)){
if(data148.length > 1000){
const err227 = {instancePath:instancePath+"/spec/endpoint/ports",keyword:"maxItems",params:{limit: 1000}};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
const len19 = data148.length;
for(let i19=0; i19<len19; i19++){
let data149 = data148[i19];
if(data149 && typeof data149 == "object" && !Array.isArray(data149)){
if(data149.targetPort === undefined){
const err228 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19,keyword:"required",params:{missingProperty: "targetPort"}};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
if(data149.name !== undefined){
let data150 = data149.name;
if(typeof data150 === "string"){
if(func1(data150) > 63){
const err229 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/name",keyword:"maxLength",params:{limit: 63}};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
}
else {
const err230 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
}
if(data149.protocol !== undefined){
let data151 = data149.protocol;
if(typeof data151 !== "string"){
const err231 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/protocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
if(!(((data151 === "TCP") || (data151 === "UDP")) || (data151 === "SCTP"))){
const err232 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/protocol",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.endpoint.properties.ports.items.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
}
if(data149.targetPort !== undefined){
let data152 = data149.targetPort;
if(!(((typeof data152 == "number") && (!(data152 % 1) && !isNaN(data152))) && (isFinite(data152)))){
const err233 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/targetPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
if((typeof data152 == "number") && (isFinite(data152))){
if(data152 > 65535 || isNaN(data152)){
const err234 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/targetPort",keyword:"maximum",params:{comparison: "<=", limit: 65535}};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
if(data152 < 1 || isNaN(data152)){
const err235 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/targetPort",keyword:"minimum",params:{comparison: ">=", limit: 1}};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
}
}
if(data149.publishedPort !== undefined){
let data153 = data149.publishedPort;
if(!(((typeof data153 == "number") && (!(data153 % 1) && !isNaN(data153))) && (isFinite(data153)))){
const err236 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/publishedPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
if((typeof data153 == "number") && (isFinite(data153))){
if(data153 > 65535 || isNaN(data153)){
const err237 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/publishedPort",keyword:"maximum",params:{comparison: "<=", limit: 65535}};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
if(data153 < 0 || isNaN(data153)){
const err238 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/publishedPort",keyword:"minimum",params:{comparison: ">=", limit: 0}};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
}
}
if(data149.publishMode !== undefined){
let data154 = data149.publishMode;
if(typeof data154 !== "string"){
const err239 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/publishMode",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
if(!((data154 === "Ingress") || (data154 === "Host"))){
const err240 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/publishMode",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.endpoint.properties.ports.items.properties.publishMode.enum}};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
}
if(data149.proxyProtocol !== undefined){
let data155 = data149.proxyProtocol;
if(typeof data155 !== "string"){
const err241 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/proxyProtocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
if(!((data155 === "None") || (data155 === "V2"))){
const err242 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19+"/proxyProtocol",keyword:"enum",params:{allowedValues: schema38.properties.spec.properties.endpoint.properties.ports.items.properties.proxyProtocol.enum}};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
}
}
else {
const err243 = {instancePath:instancePath+"/spec/endpoint/ports/" + i19,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
}
}
else {
const err244 = {instancePath:instancePath+"/spec/endpoint/ports",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
}
}
else {
const err245 = {instancePath:instancePath+"/spec/endpoint",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
}
}
else {
const err246 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
}
if(data.status !== undefined){
let data156 = data.status;
if(data156 && typeof data156 == "object" && !Array.isArray(data156)){
if(data156.observedGeneration !== undefined){
let data157 = data156.observedGeneration;
if(!(((typeof data157 == "number") && (!(data157 % 1) && !isNaN(data157))) && (isFinite(data157)))){
const err247 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
}
if(data156.replicas !== undefined){
let data158 = data156.replicas;
if(data158 && typeof data158 == "object" && !Array.isArray(data158)){
if(data158.desired !== undefined){
let data159 = data158.desired;
if(!(((typeof data159 == "number") && (!(data159 % 1) && !isNaN(data159))) && (isFinite(data159)))){
const err248 = {instancePath:instancePath+"/status/replicas/desired",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
}
if(data158.running !== undefined){
let data160 = data158.running;
if(!(((typeof data160 == "number") && (!(data160 % 1) && !isNaN(data160))) && (isFinite(data160)))){
const err249 = {instancePath:instancePath+"/status/replicas/running",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
}
if(data158.completed !== undefined){
let data161 = data158.completed;
if(!(((typeof data161 == "number") && (!(data161 % 1) && !isNaN(data161))) && (isFinite(data161)))){
const err250 = {instancePath:instancePath+"/status/replicas/completed",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
}
if(data158.summary !== undefined){
if(typeof data158.summary !== "string"){
const err251 = {instancePath:instancePath+"/status/replicas/summary",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
}
}
else {
const err252 = {instancePath:instancePath+"/status/replicas",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
}
}
if(data156.revision !== undefined){
if(typeof data156.revision !== "string"){
const err253 = {instancePath:instancePath+"/status/revision",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
}
if(data156.revisionGeneration !== undefined){
let data164 = data156.revisionGeneration;
if(!(((typeof data164 == "number") && (!(data164 % 1) && !isNaN(data164))) && (isFinite(data164)))){
const err254 = {instancePath:instancePath+"/status/revisionGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
}
if(data156.lastGood !== undefined){
if(typeof data156.lastGood !== "string"){
const err255 = {instancePath:instancePath+"/status/lastGood",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
}
if(data156.previousGood !== undefined){
if(typeof data156.previousGood !== "string"){
const err256 = {instancePath:instancePath+"/status/previousGood",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
}
if(data156.update !== undefined){
let data167 = data156.update;
if(data167 && typeof data167 == "object" && !Array.isArray(data167)){
if(data167.id === undefined){
const err257 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "id"}};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
if(data167.of === undefined){
const err258 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "of"}};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
if(data167.target === undefined){
const err259 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "target"}};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
if(data167.state === undefined){
const err260 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "state"}};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
if(data167.startedAt === undefined){
const err261 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "startedAt"}};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
if(data167.total === undefined){
const err262 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "total"}};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
if(data167.failures === undefined){
const err263 = {instancePath:instancePath+"/status/update",keyword:"required",params:{missingProperty: "failures"}};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
if(data167.id !== undefined){
if(typeof data167.id !== "string"){
const err264 = {instancePath:instancePath+"/status/update/id",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
}
if(data167.of !== undefined){
if(typeof data167.of !== "string"){
const err265 = {instancePath:instancePath+"/status/update/of",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
}
if(data167.target !== undefined){
if(typeof data167.target !== "string"){
const err266 = {instancePath:instancePath+"/status/update/target",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
}
if(data167.from !== undefined){
if(typeof data167.from !== "string"){
const err267 = {instancePath:instancePath+"/status/update/from",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
if(data167.state !== undefined){
let data172 = data167.state;
if(typeof data172 !== "string"){
const err268 = {instancePath:instancePath+"/status/update/state",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
if(!((((((data172 === "Updating") || (data172 === "Paused")) || (data172 === "Completed")) || (data172 === "RollbackStarted")) || (data172 === "RollbackPaused")) || (data172 === "RollbackCompleted"))){
const err269 = {instancePath:instancePath+"/status/update/state",keyword:"enum",params:{allowedValues: schema38.properties.status.properties.update.properties.state.enum}};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
}
if(data167.startedAt !== undefined){
let data173 = data167.startedAt;
if(!(((typeof data173 == "number") && (!(data173 % 1) && !isNaN(data173))) && (isFinite(data173)))){
const err270 = {instancePath:instancePath+"/status/update/startedAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
}
if(data167.completedAt !== undefined){
let data174 = data167.completedAt;
if(!(((typeof data174 == "number") && (!(data174 % 1) && !isNaN(data174))) && (isFinite(data174)))){
const err271 = {instancePath:instancePath+"/status/update/completedAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
}
if(data167.total !== undefined){
let data175 = data167.total;
if(!(((typeof data175 == "number") && (!(data175 % 1) && !isNaN(data175))) && (isFinite(data175)))){
const err272 = {instancePath:instancePath+"/status/update/total",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
}
if(data167.failures !== undefined){
let data176 = data167.failures;
if(!(((typeof data176 == "number") && (!(data176 % 1) && !isNaN(data176))) && (isFinite(data176)))){
const err273 = {instancePath:instancePath+"/status/update/failures",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
}
if(data167.reason !== undefined){
if(typeof data167.reason !== "string"){
const err274 = {instancePath:instancePath+"/status/update/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
}
if(data167.requested !== undefined){
if(typeof data167.requested !== "boolean"){
const err275 = {instancePath:instancePath+"/status/update/requested",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
}
}
else {
const err276 = {instancePath:instancePath+"/status/update",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
}
if(data156.endpoint !== undefined){
let data179 = data156.endpoint;
if(data179 && typeof data179 == "object" && !Array.isArray(data179)){
if(data179.observedPorts !== undefined){
if(typeof data179.observedPorts !== "string"){
const err277 = {instancePath:instancePath+"/status/endpoint/observedPorts",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
}
if(data179.ports !== undefined){
let data181 = data179.ports;
if(Array.isArray(data181)){
const len20 = data181.length;
for(let i20=0; i20<len20; i20++){
let data182 = data181[i20];
if(data182 && typeof data182 == "object" && !Array.isArray(data182)){
if(data182.protocol === undefined){
const err278 = {instancePath:instancePath+"/status/endpoint/ports/" + i20,keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
if(data182.targetPort === undefined){
const err279 = {instancePath:instancePath+"/status/endpoint/ports/" + i20,keyword:"required",params:{missingProperty: "targetPort"}};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
if(data182.publishedPort === undefined){
const err280 = {instancePath:instancePath+"/status/endpoint/ports/" + i20,keyword:"required",params:{missingProperty: "publishedPort"}};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
if(data182.publishMode === undefined){
const err281 = {instancePath:instancePath+"/status/endpoint/ports/" + i20,keyword:"required",params:{missingProperty: "publishMode"}};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
if(data182.name !== undefined){
if(typeof data182.name !== "string"){
const err282 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
}
if(data182.protocol !== undefined){
let data184 = data182.protocol;
if(typeof data184 !== "string"){
const err283 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/protocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
if(!(((data184 === "TCP") || (data184 === "UDP")) || (data184 === "SCTP"))){
const err284 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/protocol",keyword:"enum",params:{allowedValues: schema38.properties.status.properties.endpoint.properties.ports.items.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
}
if(data182.targetPort !== undefined){
let data185 = data182.targetPort;
if(!(((typeof data185 == "number") && (!(data185 % 1) && !isNaN(data185))) && (isFinite(data185)))){
const err285 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/targetPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
}
if(data182.publishedPort !== undefined){
let data186 = data182.publishedPort;
if(!(((typeof data186 == "number") && (!(data186 % 1) && !isNaN(data186))) && (isFinite(data186)))){
const err286 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/publishedPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
}
if(data182.publishMode !== undefined){
let data187 = data182.publishMode;
if(typeof data187 !== "string"){
const err287 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/publishMode",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
if(!((data187 === "Ingress") || (data187 === "Host"))){
const err288 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/publishMode",keyword:"enum",params:{allowedValues: schema38.properties.status.properties.endpoint.properties.ports.items.properties.publishMode.enum}};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
}
if(data182.proxyProtocol !== undefined){
let data188 = data182.proxyProtocol;
if(typeof data188 !== "string"){
const err289 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/proxyProtocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
if(!((data188 === "None") || (data188 === "V2"))){
const err290 = {instancePath:instancePath+"/status/endpoint/ports/" + i20+"/proxyProtocol",keyword:"enum",params:{allowedValues: schema38.properties.status.properties.endpoint.properties.ports.items.properties.proxyProtocol.enum}};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
}
}
else {
const err291 = {instancePath:instancePath+"/status/endpoint/ports/" + i20,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
}
}
else {
const err292 = {instancePath:instancePath+"/status/endpoint/ports",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
}
}
else {
const err293 = {instancePath:instancePath+"/status/endpoint",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
}
if(data156.conditions !== undefined){
let data189 = data156.conditions;
if(Array.isArray(data189)){
const len21 = data189.length;
for(let i21=0; i21<len21; i21++){
let data190 = data189[i21];
if(data190 && typeof data190 == "object" && !Array.isArray(data190)){
if(data190.type === undefined){
const err294 = {instancePath:instancePath+"/status/conditions/" + i21,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
if(data190.status === undefined){
const err295 = {instancePath:instancePath+"/status/conditions/" + i21,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
if(data190.type !== undefined){
if(typeof data190.type !== "string"){
const err296 = {instancePath:instancePath+"/status/conditions/" + i21+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
}
if(data190.status !== undefined){
let data192 = data190.status;
if(typeof data192 !== "string"){
const err297 = {instancePath:instancePath+"/status/conditions/" + i21+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
if(!(((data192 === "True") || (data192 === "False")) || (data192 === "Unknown"))){
const err298 = {instancePath:instancePath+"/status/conditions/" + i21+"/status",keyword:"enum",params:{allowedValues: schema38.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
}
if(data190.reason !== undefined){
if(typeof data190.reason !== "string"){
const err299 = {instancePath:instancePath+"/status/conditions/" + i21+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
}
if(data190.message !== undefined){
if(typeof data190.message !== "string"){
const err300 = {instancePath:instancePath+"/status/conditions/" + i21+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
}
if(data190.observedGeneration !== undefined){
let data195 = data190.observedGeneration;
if(!(((typeof data195 == "number") && (!(data195 % 1) && !isNaN(data195))) && (isFinite(data195)))){
const err301 = {instancePath:instancePath+"/status/conditions/" + i21+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
}
if(data190.lastTransitionTime !== undefined){
let data196 = data190.lastTransitionTime;
if(typeof data196 === "string"){
if(!(formats6(data196))){
const err302 = {instancePath:instancePath+"/status/conditions/" + i21+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
}
else {
const err303 = {instancePath:instancePath+"/status/conditions/" + i21+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
}
}
else {
const err304 = {instancePath:instancePath+"/status/conditions/" + i21,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
}
}
else {
const err305 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
}
else {
const err306 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
}
}
else {
const err307 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
validate27.errors = vErrors;
return errors === 0;
}
validate27.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema39 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["path"],"properties":{"path":{"type":"string","pattern":"^/","minLength":1,"maxLength":4096},"node":{"type":"string","minLength":1,"maxLength":253},"interval":{"type":"string","format":"duration"},"retryInterval":{"type":"string","format":"duration"},"prune":{"type":"boolean"},"allowEmpty":{"type":"boolean"},"drift":{"type":"string","enum":["Heal","Report"]},"leave":{"type":"array","maxItems":32,"items":{"type":"string","minLength":1,"maxLength":253}},"suspend":{"type":"boolean"},"suspendUntil":{"type":"string","format":"date-time"},"suspendReason":{"type":"string","maxLength":1024},"pin":{"type":"string","minLength":1,"maxLength":64},"force":{"type":"boolean"}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"node":{"type":"string"},"lastAttemptedRevision":{"type":"string"},"lastAttemptedCommit":{"type":"string"},"lastAppliedRevision":{"type":"string"},"lastAppliedCommit":{"type":"string"},"lastAppliedAt":{"type":"string","format":"date-time"},"lastChange":{"type":"object","required":["at","reason","message"],"properties":{"at":{"type":"string","format":"date-time"},"reason":{"type":"string","enum":["Applied","Healed"]},"message":{"type":"string"}}},"lastHandledSync":{"type":"string"},"watching":{"type":"string"},"objects":{"type":"integer"},"inventory":{"type":"array","items":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string"},"name":{"type":"string"},"uid":{"type":"string"},"adopted":{"type":"boolean"},"file":{"type":"string"},"line":{"type":"integer"}}}},"drift":{"type":"array","items":{"type":"object","required":["kind","name"],"properties":{"kind":{"type":"string"},"name":{"type":"string"},"field":{"type":"string"},"by":{"type":"string"},"user":{"type":"string"},"at":{"type":"string","format":"date-time"},"message":{"type":"string"},"file":{"type":"string"},"line":{"type":"integer"}}}},"pending":{"type":"array","items":{"type":"object","required":["kind","name","action"],"properties":{"kind":{"type":"string"},"name":{"type":"string"},"action":{"type":"string","enum":["Create","Configure","Prune"]},"message":{"type":"string"}}}},"healing":{"type":"object","required":["count","at"],"properties":{"count":{"type":"integer"},"at":{"type":"string","format":"date-time"}}},"results":{"type":"array","items":{"type":"object","required":["kind","name","action"],"properties":{"kind":{"type":"string"},"name":{"type":"string"},"action":{"type":"string","enum":["Created","Configured","Pruned","PruneSkipped","Failed"]},"message":{"type":"string"}}}},"errors":{"type":"array","items":{"type":"object","required":["message"],"properties":{"file":{"type":"string"},"line":{"type":"integer"},"column":{"type":"integer"},"code":{"type":"string"},"message":{"type":"string"}}}},"awaiting":{"type":"object","required":["token","prune","of"],"properties":{"token":{"type":"string"},"prune":{"type":"integer"},"of":{"type":"integer"}}},"history":{"type":"array","items":{"type":"object","required":["revision","at","objects"],"properties":{"revision":{"type":"string"},"commit":{"type":"string"},"at":{"type":"string","format":"date-time"},"objects":{"type":"integer"},"changed":{"type":"integer"}}}},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};
const pattern6 = new RegExp("^/", "u");

function validate28(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate28.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.path === undefined){
const err1 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "path"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data0.path !== undefined){
let data1 = data0.path;
if(typeof data1 === "string"){
if(func1(data1) > 4096){
const err2 = {instancePath:instancePath+"/spec/path",keyword:"maxLength",params:{limit: 4096}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(func1(data1) < 1){
const err3 = {instancePath:instancePath+"/spec/path",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!pattern6.test(data1)){
const err4 = {instancePath:instancePath+"/spec/path",keyword:"pattern",params:{pattern: "^/"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/spec/path",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.node !== undefined){
let data2 = data0.node;
if(typeof data2 === "string"){
if(func1(data2) > 253){
const err6 = {instancePath:instancePath+"/spec/node",keyword:"maxLength",params:{limit: 253}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(func1(data2) < 1){
const err7 = {instancePath:instancePath+"/spec/node",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/spec/node",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data0.interval !== undefined){
let data3 = data0.interval;
if(typeof data3 === "string"){
if(!(formats0(data3))){
const err9 = {instancePath:instancePath+"/spec/interval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/spec/interval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data0.retryInterval !== undefined){
let data4 = data0.retryInterval;
if(typeof data4 === "string"){
if(!(formats0(data4))){
const err11 = {instancePath:instancePath+"/spec/retryInterval",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/spec/retryInterval",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.prune !== undefined){
if(typeof data0.prune !== "boolean"){
const err13 = {instancePath:instancePath+"/spec/prune",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data0.allowEmpty !== undefined){
if(typeof data0.allowEmpty !== "boolean"){
const err14 = {instancePath:instancePath+"/spec/allowEmpty",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data0.drift !== undefined){
let data7 = data0.drift;
if(typeof data7 !== "string"){
const err15 = {instancePath:instancePath+"/spec/drift",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!((data7 === "Heal") || (data7 === "Report"))){
const err16 = {instancePath:instancePath+"/spec/drift",keyword:"enum",params:{allowedValues: schema39.properties.spec.properties.drift.enum}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data0.leave !== undefined){
let data8 = data0.leave;
if(Array.isArray(data8)){
if(data8.length > 32){
const err17 = {instancePath:instancePath+"/spec/leave",keyword:"maxItems",params:{limit: 32}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
const len0 = data8.length;
for(let i0=0; i0<len0; i0++){
let data9 = data8[i0];
if(typeof data9 === "string"){
if(func1(data9) > 253){
const err18 = {instancePath:instancePath+"/spec/leave/" + i0,keyword:"maxLength",params:{limit: 253}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(func1(data9) < 1){
const err19 = {instancePath:instancePath+"/spec/leave/" + i0,keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/spec/leave/" + i0,keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/spec/leave",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data0.suspend !== undefined){
if(typeof data0.suspend !== "boolean"){
const err22 = {instancePath:instancePath+"/spec/suspend",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data0.suspendUntil !== undefined){
let data11 = data0.suspendUntil;
if(typeof data11 === "string"){
if(!(formats6(data11))){
const err23 = {instancePath:instancePath+"/spec/suspendUntil",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/spec/suspendUntil",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data0.suspendReason !== undefined){
let data12 = data0.suspendReason;
if(typeof data12 === "string"){
if(func1(data12) > 1024){
const err25 = {instancePath:instancePath+"/spec/suspendReason",keyword:"maxLength",params:{limit: 1024}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/spec/suspendReason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data0.pin !== undefined){
let data13 = data0.pin;
if(typeof data13 === "string"){
if(func1(data13) > 64){
const err27 = {instancePath:instancePath+"/spec/pin",keyword:"maxLength",params:{limit: 64}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(func1(data13) < 1){
const err28 = {instancePath:instancePath+"/spec/pin",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/spec/pin",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data0.force !== undefined){
if(typeof data0.force !== "boolean"){
const err30 = {instancePath:instancePath+"/spec/force",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.status !== undefined){
let data15 = data.status;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(data15.observedGeneration !== undefined){
let data16 = data15.observedGeneration;
if(!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))){
const err32 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data15.node !== undefined){
if(typeof data15.node !== "string"){
const err33 = {instancePath:instancePath+"/status/node",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data15.lastAttemptedRevision !== undefined){
if(typeof data15.lastAttemptedRevision !== "string"){
const err34 = {instancePath:instancePath+"/status/lastAttemptedRevision",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data15.lastAttemptedCommit !== undefined){
if(typeof data15.lastAttemptedCommit !== "string"){
const err35 = {instancePath:instancePath+"/status/lastAttemptedCommit",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data15.lastAppliedRevision !== undefined){
if(typeof data15.lastAppliedRevision !== "string"){
const err36 = {instancePath:instancePath+"/status/lastAppliedRevision",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data15.lastAppliedCommit !== undefined){
if(typeof data15.lastAppliedCommit !== "string"){
const err37 = {instancePath:instancePath+"/status/lastAppliedCommit",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data15.lastAppliedAt !== undefined){
let data22 = data15.lastAppliedAt;
if(typeof data22 === "string"){
if(!(formats6(data22))){
const err38 = {instancePath:instancePath+"/status/lastAppliedAt",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/status/lastAppliedAt",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data15.lastChange !== undefined){
let data23 = data15.lastChange;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
if(data23.at === undefined){
const err40 = {instancePath:instancePath+"/status/lastChange",keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data23.reason === undefined){
const err41 = {instancePath:instancePath+"/status/lastChange",keyword:"required",params:{missingProperty: "reason"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data23.message === undefined){
const err42 = {instancePath:instancePath+"/status/lastChange",keyword:"required",params:{missingProperty: "message"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data23.at !== undefined){
let data24 = data23.at;
if(typeof data24 === "string"){
if(!(formats6(data24))){
const err43 = {instancePath:instancePath+"/status/lastChange/at",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/status/lastChange/at",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data23.reason !== undefined){
let data25 = data23.reason;
if(typeof data25 !== "string"){
const err45 = {instancePath:instancePath+"/status/lastChange/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(!((data25 === "Applied") || (data25 === "Healed"))){
const err46 = {instancePath:instancePath+"/status/lastChange/reason",keyword:"enum",params:{allowedValues: schema39.properties.status.properties.lastChange.properties.reason.enum}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data23.message !== undefined){
if(typeof data23.message !== "string"){
const err47 = {instancePath:instancePath+"/status/lastChange/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
else {
const err48 = {instancePath:instancePath+"/status/lastChange",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data15.lastHandledSync !== undefined){
if(typeof data15.lastHandledSync !== "string"){
const err49 = {instancePath:instancePath+"/status/lastHandledSync",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data15.watching !== undefined){
if(typeof data15.watching !== "string"){
const err50 = {instancePath:instancePath+"/status/watching",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data15.objects !== undefined){
let data29 = data15.objects;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
const err51 = {instancePath:instancePath+"/status/objects",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data15.inventory !== undefined){
let data30 = data15.inventory;
if(Array.isArray(data30)){
const len1 = data30.length;
for(let i1=0; i1<len1; i1++){
let data31 = data30[i1];
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.kind === undefined){
const err52 = {instancePath:instancePath+"/status/inventory/" + i1,keyword:"required",params:{missingProperty: "kind"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data31.name === undefined){
const err53 = {instancePath:instancePath+"/status/inventory/" + i1,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data31.kind !== undefined){
if(typeof data31.kind !== "string"){
const err54 = {instancePath:instancePath+"/status/inventory/" + i1+"/kind",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data31.name !== undefined){
if(typeof data31.name !== "string"){
const err55 = {instancePath:instancePath+"/status/inventory/" + i1+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data31.uid !== undefined){
if(typeof data31.uid !== "string"){
const err56 = {instancePath:instancePath+"/status/inventory/" + i1+"/uid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data31.adopted !== undefined){
if(typeof data31.adopted !== "boolean"){
const err57 = {instancePath:instancePath+"/status/inventory/" + i1+"/adopted",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data31.file !== undefined){
if(typeof data31.file !== "string"){
const err58 = {instancePath:instancePath+"/status/inventory/" + i1+"/file",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data31.line !== undefined){
let data37 = data31.line;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err59 = {instancePath:instancePath+"/status/inventory/" + i1+"/line",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
}
else {
const err60 = {instancePath:instancePath+"/status/inventory/" + i1,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/status/inventory",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data15.drift !== undefined){
let data38 = data15.drift;
if(Array.isArray(data38)){
const len2 = data38.length;
for(let i2=0; i2<len2; i2++){
let data39 = data38[i2];
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.kind === undefined){
const err62 = {instancePath:instancePath+"/status/drift/" + i2,keyword:"required",params:{missingProperty: "kind"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data39.name === undefined){
const err63 = {instancePath:instancePath+"/status/drift/" + i2,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data39.kind !== undefined){
if(typeof data39.kind !== "string"){
const err64 = {instancePath:instancePath+"/status/drift/" + i2+"/kind",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data39.name !== undefined){
if(typeof data39.name !== "string"){
const err65 = {instancePath:instancePath+"/status/drift/" + i2+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data39.field !== undefined){
if(typeof data39.field !== "string"){
const err66 = {instancePath:instancePath+"/status/drift/" + i2+"/field",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data39.by !== undefined){
if(typeof data39.by !== "string"){
const err67 = {instancePath:instancePath+"/status/drift/" + i2+"/by",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data39.user !== undefined){
if(typeof data39.user !== "string"){
const err68 = {instancePath:instancePath+"/status/drift/" + i2+"/user",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data39.at !== undefined){
let data45 = data39.at;
if(typeof data45 === "string"){
if(!(formats6(data45))){
const err69 = {instancePath:instancePath+"/status/drift/" + i2+"/at",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
else {
const err70 = {instancePath:instancePath+"/status/drift/" + i2+"/at",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data39.message !== undefined){
if(typeof data39.message !== "string"){
const err71 = {instancePath:instancePath+"/status/drift/" + i2+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data39.file !== undefined){
if(typeof data39.file !== "string"){
const err72 = {instancePath:instancePath+"/status/drift/" + i2+"/file",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data39.line !== undefined){
let data48 = data39.line;
if(!(((typeof data48 == "number") && (!(data48 % 1) && !isNaN(data48))) && (isFinite(data48)))){
const err73 = {instancePath:instancePath+"/status/drift/" + i2+"/line",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/status/drift/" + i2,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
}
else {
const err75 = {instancePath:instancePath+"/status/drift",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data15.pending !== undefined){
let data49 = data15.pending;
if(Array.isArray(data49)){
const len3 = data49.length;
for(let i3=0; i3<len3; i3++){
let data50 = data49[i3];
if(data50 && typeof data50 == "object" && !Array.isArray(data50)){
if(data50.kind === undefined){
const err76 = {instancePath:instancePath+"/status/pending/" + i3,keyword:"required",params:{missingProperty: "kind"}};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if(data50.name === undefined){
const err77 = {instancePath:instancePath+"/status/pending/" + i3,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data50.action === undefined){
const err78 = {instancePath:instancePath+"/status/pending/" + i3,keyword:"required",params:{missingProperty: "action"}};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data50.kind !== undefined){
if(typeof data50.kind !== "string"){
const err79 = {instancePath:instancePath+"/status/pending/" + i3+"/kind",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data50.name !== undefined){
if(typeof data50.name !== "string"){
const err80 = {instancePath:instancePath+"/status/pending/" + i3+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data50.action !== undefined){
let data53 = data50.action;
if(typeof data53 !== "string"){
const err81 = {instancePath:instancePath+"/status/pending/" + i3+"/action",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(!(((data53 === "Create") || (data53 === "Configure")) || (data53 === "Prune"))){
const err82 = {instancePath:instancePath+"/status/pending/" + i3+"/action",keyword:"enum",params:{allowedValues: schema39.properties.status.properties.pending.items.properties.action.enum}};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data50.message !== undefined){
if(typeof data50.message !== "string"){
const err83 = {instancePath:instancePath+"/status/pending/" + i3+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
}
else {
const err84 = {instancePath:instancePath+"/status/pending/" + i3,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
else {
const err85 = {instancePath:instancePath+"/status/pending",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data15.healing !== undefined){
let data55 = data15.healing;
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
if(data55.count === undefined){
const err86 = {instancePath:instancePath+"/status/healing",keyword:"required",params:{missingProperty: "count"}};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data55.at === undefined){
const err87 = {instancePath:instancePath+"/status/healing",keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(data55.count !== undefined){
let data56 = data55.count;
if(!(((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56))) && (isFinite(data56)))){
const err88 = {instancePath:instancePath+"/status/healing/count",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data55.at !== undefined){
let data57 = data55.at;
if(typeof data57 === "string"){
if(!(formats6(data57))){
const err89 = {instancePath:instancePath+"/status/healing/at",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
else {
const err90 = {instancePath:instancePath+"/status/healing/at",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
}
else {
const err91 = {instancePath:instancePath+"/status/healing",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data15.results !== undefined){
let data58 = data15.results;
if(Array.isArray(data58)){
const len4 = data58.length;
for(let i4=0; i4<len4; i4++){
let data59 = data58[i4];
if(data59 && typeof data59 == "object" && !Array.isArray(data59)){
if(data59.kind === undefined){
const err92 = {instancePath:instancePath+"/status/results/" + i4,keyword:"required",params:{missingProperty: "kind"}};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(data59.name === undefined){
const err93 = {instancePath:instancePath+"/status/results/" + i4,keyword:"required",params:{missingProperty: "name"}};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
if(data59.action === undefined){
const err94 = {instancePath:instancePath+"/status/results/" + i4,keyword:"required",params:{missingProperty: "action"}};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
if(data59.kind !== undefined){
if(typeof data59.kind !== "string"){
const err95 = {instancePath:instancePath+"/status/results/" + i4+"/kind",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data59.name !== undefined){
if(typeof data59.name !== "string"){
const err96 = {instancePath:instancePath+"/status/results/" + i4+"/name",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data59.action !== undefined){
let data62 = data59.action;
if(typeof data62 !== "string"){
const err97 = {instancePath:instancePath+"/status/results/" + i4+"/action",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(!(((((data62 === "Created") || (data62 === "Configured")) || (data62 === "Pruned")) || (data62 === "PruneSkipped")) || (data62 === "Failed"))){
const err98 = {instancePath:instancePath+"/status/results/" + i4+"/action",keyword:"enum",params:{allowedValues: schema39.properties.status.properties.results.items.properties.action.enum}};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data59.message !== undefined){
if(typeof data59.message !== "string"){
const err99 = {instancePath:instancePath+"/status/results/" + i4+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
else {
const err100 = {instancePath:instancePath+"/status/results/" + i4,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
else {
const err101 = {instancePath:instancePath+"/status/results",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data15.errors !== undefined){
let data64 = data15.errors;
if(Array.isArray(data64)){
const len5 = data64.length;
for(let i5=0; i5<len5; i5++){
let data65 = data64[i5];
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if(data65.message === undefined){
const err102 = {instancePath:instancePath+"/status/errors/" + i5,keyword:"required",params:{missingProperty: "message"}};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(data65.file !== undefined){
if(typeof data65.file !== "string"){
const err103 = {instancePath:instancePath+"/status/errors/" + i5+"/file",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data65.line !== undefined){
let data67 = data65.line;
if(!(((typeof data67 == "number") && (!(data67 % 1) && !isNaN(data67))) && (isFinite(data67)))){
const err104 = {instancePath:instancePath+"/status/errors/" + i5+"/line",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data65.column !== undefined){
let data68 = data65.column;
if(!(((typeof data68 == "number") && (!(data68 % 1) && !isNaN(data68))) && (isFinite(data68)))){
const err105 = {instancePath:instancePath+"/status/errors/" + i5+"/column",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data65.code !== undefined){
if(typeof data65.code !== "string"){
const err106 = {instancePath:instancePath+"/status/errors/" + i5+"/code",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data65.message !== undefined){
if(typeof data65.message !== "string"){
const err107 = {instancePath:instancePath+"/status/errors/" + i5+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath:instancePath+"/status/errors/" + i5,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
}
else {
const err109 = {instancePath:instancePath+"/status/errors",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(data15.awaiting !== undefined){
let data71 = data15.awaiting;
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
if(data71.token === undefined){
const err110 = {instancePath:instancePath+"/status/awaiting",keyword:"required",params:{missingProperty: "token"}};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(data71.prune === undefined){
const err111 = {instancePath:instancePath+"/status/awaiting",keyword:"required",params:{missingProperty: "prune"}};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
if(data71.of === undefined){
const err112 = {instancePath:instancePath+"/status/awaiting",keyword:"required",params:{missingProperty: "of"}};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(data71.token !== undefined){
if(typeof data71.token !== "string"){
const err113 = {instancePath:instancePath+"/status/awaiting/token",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data71.prune !== undefined){
let data73 = data71.prune;
if(!(((typeof data73 == "number") && (!(data73 % 1) && !isNaN(data73))) && (isFinite(data73)))){
const err114 = {instancePath:instancePath+"/status/awaiting/prune",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
if(data71.of !== undefined){
let data74 = data71.of;
if(!(((typeof data74 == "number") && (!(data74 % 1) && !isNaN(data74))) && (isFinite(data74)))){
const err115 = {instancePath:instancePath+"/status/awaiting/of",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
}
else {
const err116 = {instancePath:instancePath+"/status/awaiting",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data15.history !== undefined){
let data75 = data15.history;
if(Array.isArray(data75)){
const len6 = data75.length;
for(let i6=0; i6<len6; i6++){
let data76 = data75[i6];
if(data76 && typeof data76 == "object" && !Array.isArray(data76)){
if(data76.revision === undefined){
const err117 = {instancePath:instancePath+"/status/history/" + i6,keyword:"required",params:{missingProperty: "revision"}};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(data76.at === undefined){
const err118 = {instancePath:instancePath+"/status/history/" + i6,keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
if(data76.objects === undefined){
const err119 = {instancePath:instancePath+"/status/history/" + i6,keyword:"required",params:{missingProperty: "objects"}};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
if(data76.revision !== undefined){
if(typeof data76.revision !== "string"){
const err120 = {instancePath:instancePath+"/status/history/" + i6+"/revision",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data76.commit !== undefined){
if(typeof data76.commit !== "string"){
const err121 = {instancePath:instancePath+"/status/history/" + i6+"/commit",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
if(data76.at !== undefined){
let data79 = data76.at;
if(typeof data79 === "string"){
if(!(formats6(data79))){
const err122 = {instancePath:instancePath+"/status/history/" + i6+"/at",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
else {
const err123 = {instancePath:instancePath+"/status/history/" + i6+"/at",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
if(data76.objects !== undefined){
let data80 = data76.objects;
if(!(((typeof data80 == "number") && (!(data80 % 1) && !isNaN(data80))) && (isFinite(data80)))){
const err124 = {instancePath:instancePath+"/status/history/" + i6+"/objects",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data76.changed !== undefined){
let data81 = data76.changed;
if(!(((typeof data81 == "number") && (!(data81 % 1) && !isNaN(data81))) && (isFinite(data81)))){
const err125 = {instancePath:instancePath+"/status/history/" + i6+"/changed",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
}
else {
const err126 = {instancePath:instancePath+"/status/history/" + i6,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
}
else {
const err127 = {instancePath:instancePath+"/status/history",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
if(data15.conditions !== undefined){
let data82 = data15.conditions;
if(Array.isArray(data82)){
const len7 = data82.length;
for(let i7=0; i7<len7; i7++){
let data83 = data82[i7];
if(data83 && typeof data83 == "object" && !Array.isArray(data83)){
if(data83.type === undefined){
const err128 = {instancePath:instancePath+"/status/conditions/" + i7,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
if(data83.status === undefined){
const err129 = {instancePath:instancePath+"/status/conditions/" + i7,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data83.type !== undefined){
if(typeof data83.type !== "string"){
const err130 = {instancePath:instancePath+"/status/conditions/" + i7+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
if(data83.status !== undefined){
let data85 = data83.status;
if(typeof data85 !== "string"){
const err131 = {instancePath:instancePath+"/status/conditions/" + i7+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(!(((data85 === "True") || (data85 === "False")) || (data85 === "Unknown"))){
const err132 = {instancePath:instancePath+"/status/conditions/" + i7+"/status",keyword:"enum",params:{allowedValues: schema39.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data83.reason !== undefined){
if(typeof data83.reason !== "string"){
const err133 = {instancePath:instancePath+"/status/conditions/" + i7+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
if(data83.message !== undefined){
if(typeof data83.message !== "string"){
const err134 = {instancePath:instancePath+"/status/conditions/" + i7+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
if(data83.observedGeneration !== undefined){
let data88 = data83.observedGeneration;
if(!(((typeof data88 == "number") && (!(data88 % 1) && !isNaN(data88))) && (isFinite(data88)))){
const err135 = {instancePath:instancePath+"/status/conditions/" + i7+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
if(data83.lastTransitionTime !== undefined){
let data89 = data83.lastTransitionTime;
if(typeof data89 === "string"){
if(!(formats6(data89))){
const err136 = {instancePath:instancePath+"/status/conditions/" + i7+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
else {
const err137 = {instancePath:instancePath+"/status/conditions/" + i7+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
}
else {
const err138 = {instancePath:instancePath+"/status/conditions/" + i7,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
}
else {
const err139 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
}
else {
const err140 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
}
else {
const err141 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
validate28.errors = vErrors;
return errors === 0;
}
validate28.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema40 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object"},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"applied":{"type":"object"},"services":{"type":"integer"},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};

function validate29(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate29.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(!(data0 && typeof data0 == "object" && !Array.isArray(data0))){
const err1 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.status !== undefined){
let data1 = data.status;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.observedGeneration !== undefined){
let data2 = data1.observedGeneration;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err2 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data1.applied !== undefined){
let data3 = data1.applied;
if(!(data3 && typeof data3 == "object" && !Array.isArray(data3))){
const err3 = {instancePath:instancePath+"/status/applied",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data1.services !== undefined){
let data4 = data1.services;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err4 = {instancePath:instancePath+"/status/services",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data1.conditions !== undefined){
let data5 = data1.conditions;
if(Array.isArray(data5)){
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.type === undefined){
const err5 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data6.status === undefined){
const err6 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data6.type !== undefined){
if(typeof data6.type !== "string"){
const err7 = {instancePath:instancePath+"/status/conditions/" + i0+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data6.status !== undefined){
let data8 = data6.status;
if(typeof data8 !== "string"){
const err8 = {instancePath:instancePath+"/status/conditions/" + i0+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!(((data8 === "True") || (data8 === "False")) || (data8 === "Unknown"))){
const err9 = {instancePath:instancePath+"/status/conditions/" + i0+"/status",keyword:"enum",params:{allowedValues: schema40.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data6.reason !== undefined){
if(typeof data6.reason !== "string"){
const err10 = {instancePath:instancePath+"/status/conditions/" + i0+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data6.message !== undefined){
if(typeof data6.message !== "string"){
const err11 = {instancePath:instancePath+"/status/conditions/" + i0+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data6.observedGeneration !== undefined){
let data11 = data6.observedGeneration;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err12 = {instancePath:instancePath+"/status/conditions/" + i0+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data6.lastTransitionTime !== undefined){
let data12 = data6.lastTransitionTime;
if(typeof data12 === "string"){
if(!(formats6(data12))){
const err13 = {instancePath:instancePath+"/status/conditions/" + i0+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/status/conditions/" + i0+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate29.errors = vErrors;
return errors === 0;
}
validate29.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema41 = {"type":"object","required":["spec","status"],"properties":{"spec":{"type":"object","required":["service","serviceUid","revision","attempt","desired"],"properties":{"service":{"type":"string"},"serviceUid":{"type":"string"},"slot":{"type":"integer"},"node":{"type":"string"},"revision":{"type":"string"},"jobIteration":{"type":"integer"},"attempt":{"type":"integer"},"desired":{"type":"string","enum":["Ready","Running","Complete","Shutdown","Remove"]},"hold":{"type":"object","required":["notBefore","until"],"properties":{"notBefore":{"type":"integer"},"until":{"type":"integer"}}},"restarts":{"type":"array","items":{"type":"integer"}},"rollout":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"counted":{"type":"boolean"}}},"stop":{"type":"object","required":["by","at"],"properties":{"by":{"type":"string","enum":["replicated","global","job","restart","update","drain","placement","reaper"]},"reason":{"type":"string"},"at":{"type":"integer"}}},"verdict":{"type":"string","enum":["Replaced","Finished"]},"settledAt":{"type":"integer"},"nodeName":{"type":"string"},"placedFor":{"type":"string"},"assignedGeneric":{"type":"object","additionalProperties":{"type":"string"}},"network":{"type":"object","properties":{"ports":{"type":"array","items":{"type":"object","required":["protocol","targetPort","publishedPort"],"properties":{"protocol":{"type":"string","enum":["TCP","UDP","SCTP"]},"targetPort":{"type":"integer"},"publishedPort":{"type":"integer"}}}}}}}},"status":{"type":"object","required":["state","at"],"properties":{"state":{"type":"string","enum":["New","Pending","Assigned","Accepted","Preparing","Ready","Starting","Running","Complete","Shutdown","Failed","Rejected","Orphaned"]},"at":{"type":"integer"},"startedAt":{"type":"integer"},"message":{"type":"string","maxLength":1024},"error":{"type":"string","maxLength":4096},"exitCode":{"type":"integer"},"signal":{"type":"string"},"nodeFault":{"type":"string","enum":["Stopped","Lost"]},"pid":{"type":"integer"},"containerId":{"type":"string"},"address":{"type":"string"},"ports":{"type":"object","additionalProperties":{"type":"integer"}},"health":{"type":"string","enum":["Starting","Healthy","Unhealthy"]}}}}};

function validate30(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate30.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.status === undefined){
const err1 = {instancePath,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.service === undefined){
const err2 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "service"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data0.serviceUid === undefined){
const err3 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "serviceUid"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data0.revision === undefined){
const err4 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "revision"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0.attempt === undefined){
const err5 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "attempt"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data0.desired === undefined){
const err6 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "desired"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data0.service !== undefined){
if(typeof data0.service !== "string"){
const err7 = {instancePath:instancePath+"/spec/service",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.serviceUid !== undefined){
if(typeof data0.serviceUid !== "string"){
const err8 = {instancePath:instancePath+"/spec/serviceUid",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data0.slot !== undefined){
let data3 = data0.slot;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err9 = {instancePath:instancePath+"/spec/slot",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data0.node !== undefined){
if(typeof data0.node !== "string"){
const err10 = {instancePath:instancePath+"/spec/node",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data0.revision !== undefined){
if(typeof data0.revision !== "string"){
const err11 = {instancePath:instancePath+"/spec/revision",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data0.jobIteration !== undefined){
let data6 = data0.jobIteration;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err12 = {instancePath:instancePath+"/spec/jobIteration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.attempt !== undefined){
let data7 = data0.attempt;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err13 = {instancePath:instancePath+"/spec/attempt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data0.desired !== undefined){
let data8 = data0.desired;
if(typeof data8 !== "string"){
const err14 = {instancePath:instancePath+"/spec/desired",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!(((((data8 === "Ready") || (data8 === "Running")) || (data8 === "Complete")) || (data8 === "Shutdown")) || (data8 === "Remove"))){
const err15 = {instancePath:instancePath+"/spec/desired",keyword:"enum",params:{allowedValues: schema41.properties.spec.properties.desired.enum}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data0.hold !== undefined){
let data9 = data0.hold;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.notBefore === undefined){
const err16 = {instancePath:instancePath+"/spec/hold",keyword:"required",params:{missingProperty: "notBefore"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data9.until === undefined){
const err17 = {instancePath:instancePath+"/spec/hold",keyword:"required",params:{missingProperty: "until"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data9.notBefore !== undefined){
let data10 = data9.notBefore;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err18 = {instancePath:instancePath+"/spec/hold/notBefore",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data9.until !== undefined){
let data11 = data9.until;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err19 = {instancePath:instancePath+"/spec/hold/until",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/spec/hold",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data0.restarts !== undefined){
let data12 = data0.restarts;
if(Array.isArray(data12)){
const len0 = data12.length;
for(let i0=0; i0<len0; i0++){
let data13 = data12[i0];
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err21 = {instancePath:instancePath+"/spec/restarts/" + i0,keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/spec/restarts",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data0.rollout !== undefined){
let data14 = data0.rollout;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(data14.id === undefined){
const err23 = {instancePath:instancePath+"/spec/rollout",keyword:"required",params:{missingProperty: "id"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data14.id !== undefined){
if(typeof data14.id !== "string"){
const err24 = {instancePath:instancePath+"/spec/rollout/id",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data14.counted !== undefined){
if(typeof data14.counted !== "boolean"){
const err25 = {instancePath:instancePath+"/spec/rollout/counted",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/spec/rollout",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data0.stop !== undefined){
let data17 = data0.stop;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if(data17.by === undefined){
const err27 = {instancePath:instancePath+"/spec/stop",keyword:"required",params:{missingProperty: "by"}};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data17.at === undefined){
const err28 = {instancePath:instancePath+"/spec/stop",keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data17.by !== undefined){
let data18 = data17.by;
if(typeof data18 !== "string"){
const err29 = {instancePath:instancePath+"/spec/stop/by",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(!((((((((data18 === "replicated") || (data18 === "global")) || (data18 === "job")) || (data18 === "restart")) || (data18 === "update")) || (data18 === "drain")) || (data18 === "placement")) || (data18 === "reaper"))){
const err30 = {instancePath:instancePath+"/spec/stop/by",keyword:"enum",params:{allowedValues: schema41.properties.spec.properties.stop.properties.by.enum}};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data17.reason !== undefined){
if(typeof data17.reason !== "string"){
const err31 = {instancePath:instancePath+"/spec/stop/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data17.at !== undefined){
let data20 = data17.at;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err32 = {instancePath:instancePath+"/spec/stop/at",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/spec/stop",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data0.verdict !== undefined){
let data21 = data0.verdict;
if(typeof data21 !== "string"){
const err34 = {instancePath:instancePath+"/spec/verdict",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(!((data21 === "Replaced") || (data21 === "Finished"))){
const err35 = {instancePath:instancePath+"/spec/verdict",keyword:"enum",params:{allowedValues: schema41.properties.spec.properties.verdict.enum}};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data0.settledAt !== undefined){
let data22 = data0.settledAt;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err36 = {instancePath:instancePath+"/spec/settledAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data0.nodeName !== undefined){
if(typeof data0.nodeName !== "string"){
const err37 = {instancePath:instancePath+"/spec/nodeName",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data0.placedFor !== undefined){
if(typeof data0.placedFor !== "string"){
const err38 = {instancePath:instancePath+"/spec/placedFor",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data0.assignedGeneric !== undefined){
let data25 = data0.assignedGeneric;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key0 in data25){
if(typeof data25[key0] !== "string"){
const err39 = {instancePath:instancePath+"/spec/assignedGeneric/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
else {
const err40 = {instancePath:instancePath+"/spec/assignedGeneric",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data0.network !== undefined){
let data27 = data0.network;
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
if(data27.ports !== undefined){
let data28 = data27.ports;
if(Array.isArray(data28)){
const len1 = data28.length;
for(let i1=0; i1<len1; i1++){
let data29 = data28[i1];
if(data29 && typeof data29 == "object" && !Array.isArray(data29)){
if(data29.protocol === undefined){
const err41 = {instancePath:instancePath+"/spec/network/ports/" + i1,keyword:"required",params:{missingProperty: "protocol"}};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data29.targetPort === undefined){
const err42 = {instancePath:instancePath+"/spec/network/ports/" + i1,keyword:"required",params:{missingProperty: "targetPort"}};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data29.publishedPort === undefined){
const err43 = {instancePath:instancePath+"/spec/network/ports/" + i1,keyword:"required",params:{missingProperty: "publishedPort"}};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data29.protocol !== undefined){
let data30 = data29.protocol;
if(typeof data30 !== "string"){
const err44 = {instancePath:instancePath+"/spec/network/ports/" + i1+"/protocol",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(!(((data30 === "TCP") || (data30 === "UDP")) || (data30 === "SCTP"))){
const err45 = {instancePath:instancePath+"/spec/network/ports/" + i1+"/protocol",keyword:"enum",params:{allowedValues: schema41.properties.spec.properties.network.properties.ports.items.properties.protocol.enum}};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data29.targetPort !== undefined){
let data31 = data29.targetPort;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err46 = {instancePath:instancePath+"/spec/network/ports/" + i1+"/targetPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data29.publishedPort !== undefined){
let data32 = data29.publishedPort;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
const err47 = {instancePath:instancePath+"/spec/network/ports/" + i1+"/publishedPort",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
else {
const err48 = {instancePath:instancePath+"/spec/network/ports/" + i1,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
else {
const err49 = {instancePath:instancePath+"/spec/network/ports",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
else {
const err50 = {instancePath:instancePath+"/spec/network",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
else {
const err51 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data.status !== undefined){
let data33 = data.status;
if(data33 && typeof data33 == "object" && !Array.isArray(data33)){
if(data33.state === undefined){
const err52 = {instancePath:instancePath+"/status",keyword:"required",params:{missingProperty: "state"}};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data33.at === undefined){
const err53 = {instancePath:instancePath+"/status",keyword:"required",params:{missingProperty: "at"}};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data33.state !== undefined){
let data34 = data33.state;
if(typeof data34 !== "string"){
const err54 = {instancePath:instancePath+"/status/state",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(!(((((((((((((data34 === "New") || (data34 === "Pending")) || (data34 === "Assigned")) || (data34 === "Accepted")) || (data34 === "Preparing")) || (data34 === "Ready")) || (data34 === "Starting")) || (data34 === "Running")) || (data34 === "Complete")) || (data34 === "Shutdown")) || (data34 === "Failed")) || (data34 === "Rejected")) || (data34 === "Orphaned"))){
const err55 = {instancePath:instancePath+"/status/state",keyword:"enum",params:{allowedValues: schema41.properties.status.properties.state.enum}};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data33.at !== undefined){
let data35 = data33.at;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err56 = {instancePath:instancePath+"/status/at",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data33.startedAt !== undefined){
let data36 = data33.startedAt;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err57 = {instancePath:instancePath+"/status/startedAt",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data33.message !== undefined){
let data37 = data33.message;
if(typeof data37 === "string"){
if(func1(data37) > 1024){
const err58 = {instancePath:instancePath+"/status/message",keyword:"maxLength",params:{limit: 1024}};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/status/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data33.error !== undefined){
let data38 = data33.error;
if(typeof data38 === "string"){
if(func1(data38) > 4096){
const err60 = {instancePath:instancePath+"/status/error",keyword:"maxLength",params:{limit: 4096}};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/status/error",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data33.exitCode !== undefined){
let data39 = data33.exitCode;
if(!(((typeof data39 == "number") && (!(data39 % 1) && !isNaN(data39))) && (isFinite(data39)))){
const err62 = {instancePath:instancePath+"/status/exitCode",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data33.signal !== undefined){
if(typeof data33.signal !== "string"){
const err63 = {instancePath:instancePath+"/status/signal",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data33.nodeFault !== undefined){
let data41 = data33.nodeFault;
if(typeof data41 !== "string"){
const err64 = {instancePath:instancePath+"/status/nodeFault",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(!((data41 === "Stopped") || (data41 === "Lost"))){
const err65 = {instancePath:instancePath+"/status/nodeFault",keyword:"enum",params:{allowedValues: schema41.properties.status.properties.nodeFault.enum}};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data33.pid !== undefined){
let data42 = data33.pid;
if(!(((typeof data42 == "number") && (!(data42 % 1) && !isNaN(data42))) && (isFinite(data42)))){
const err66 = {instancePath:instancePath+"/status/pid",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data33.containerId !== undefined){
if(typeof data33.containerId !== "string"){
const err67 = {instancePath:instancePath+"/status/containerId",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data33.address !== undefined){
if(typeof data33.address !== "string"){
const err68 = {instancePath:instancePath+"/status/address",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data33.ports !== undefined){
let data45 = data33.ports;
if(data45 && typeof data45 == "object" && !Array.isArray(data45)){
for(const key1 in data45){
let data46 = data45[key1];
if(!(((typeof data46 == "number") && (!(data46 % 1) && !isNaN(data46))) && (isFinite(data46)))){
const err69 = {instancePath:instancePath+"/status/ports/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
else {
const err70 = {instancePath:instancePath+"/status/ports",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data33.health !== undefined){
let data47 = data33.health;
if(typeof data47 !== "string"){
const err71 = {instancePath:instancePath+"/status/health",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(!(((data47 === "Starting") || (data47 === "Healthy")) || (data47 === "Unhealthy"))){
const err72 = {instancePath:instancePath+"/status/health",keyword:"enum",params:{allowedValues: schema41.properties.status.properties.health.enum}};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
}
else {
const err73 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
validate30.errors = vErrors;
return errors === 0;
}
validate30.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema42 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["role","request"],"properties":{"role":{"type":"string","enum":["Admin","Operator","Viewer"]},"request":{"type":"string","minLength":1,"maxLength":8192},"expiry":{"type":"string","format":"duration"}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"certificate":{"type":"object","required":["pem","publicKey","expires"],"properties":{"pem":{"type":"string"},"publicKey":{"type":"string"},"expires":{"type":"string","format":"date-time"}}}}}}};

function validate31(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate31.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.role === undefined){
const err1 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "role"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data0.request === undefined){
const err2 = {instancePath:instancePath+"/spec",keyword:"required",params:{missingProperty: "request"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data0.role !== undefined){
let data1 = data0.role;
if(typeof data1 !== "string"){
const err3 = {instancePath:instancePath+"/spec/role",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!(((data1 === "Admin") || (data1 === "Operator")) || (data1 === "Viewer"))){
const err4 = {instancePath:instancePath+"/spec/role",keyword:"enum",params:{allowedValues: schema42.properties.spec.properties.role.enum}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data0.request !== undefined){
let data2 = data0.request;
if(typeof data2 === "string"){
if(func1(data2) > 8192){
const err5 = {instancePath:instancePath+"/spec/request",keyword:"maxLength",params:{limit: 8192}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(func1(data2) < 1){
const err6 = {instancePath:instancePath+"/spec/request",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/spec/request",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.expiry !== undefined){
let data3 = data0.expiry;
if(typeof data3 === "string"){
if(!(formats0(data3))){
const err8 = {instancePath:instancePath+"/spec/expiry",keyword:"format",params:{format: "duration"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/spec/expiry",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
else {
const err10 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.status !== undefined){
let data4 = data.status;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.observedGeneration !== undefined){
let data5 = data4.observedGeneration;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err11 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data4.certificate !== undefined){
let data6 = data4.certificate;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.pem === undefined){
const err12 = {instancePath:instancePath+"/status/certificate",keyword:"required",params:{missingProperty: "pem"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data6.publicKey === undefined){
const err13 = {instancePath:instancePath+"/status/certificate",keyword:"required",params:{missingProperty: "publicKey"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data6.expires === undefined){
const err14 = {instancePath:instancePath+"/status/certificate",keyword:"required",params:{missingProperty: "expires"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data6.pem !== undefined){
if(typeof data6.pem !== "string"){
const err15 = {instancePath:instancePath+"/status/certificate/pem",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data6.publicKey !== undefined){
if(typeof data6.publicKey !== "string"){
const err16 = {instancePath:instancePath+"/status/certificate/publicKey",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data6.expires !== undefined){
let data9 = data6.expires;
if(typeof data9 === "string"){
if(!(formats6(data9))){
const err17 = {instancePath:instancePath+"/status/certificate/expires",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/status/certificate/expires",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/status/certificate",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
validate31.errors = vErrors;
return errors === 0;
}
validate31.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


const schema43 = {"type":"object","required":["spec"],"properties":{"spec":{"type":"object","properties":{"driver":{"type":"string","minLength":1,"maxLength":255},"driverOptions":{"type":"object","additionalProperties":{"type":"string"}},"labels":{"type":"object","additionalProperties":{"type":"string"}}}},"status":{"type":"object","properties":{"observedGeneration":{"type":"integer"},"conditions":{"type":"array","items":{"type":"object","required":["type","status"],"properties":{"type":{"type":"string"},"status":{"type":"string","enum":["True","False","Unknown"]},"reason":{"type":"string"},"message":{"type":"string"},"observedGeneration":{"type":"integer"},"lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}};

function validate32(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate32.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.spec === undefined){
const err0 = {instancePath,keyword:"required",params:{missingProperty: "spec"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.spec !== undefined){
let data0 = data.spec;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.driver !== undefined){
let data1 = data0.driver;
if(typeof data1 === "string"){
if(func1(data1) > 255){
const err1 = {instancePath:instancePath+"/spec/driver",keyword:"maxLength",params:{limit: 255}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(func1(data1) < 1){
const err2 = {instancePath:instancePath+"/spec/driver",keyword:"minLength",params:{limit: 1}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/spec/driver",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data0.driverOptions !== undefined){
let data2 = data0.driverOptions;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key0 in data2){
if(typeof data2[key0] !== "string"){
const err4 = {instancePath:instancePath+"/spec/driverOptions/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/spec/driverOptions",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.labels !== undefined){
let data4 = data0.labels;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key1 in data4){
if(typeof data4[key1] !== "string"){
const err6 = {instancePath:instancePath+"/spec/labels/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/spec/labels",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/spec",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.status !== undefined){
let data6 = data.status;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.observedGeneration !== undefined){
let data7 = data6.observedGeneration;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err9 = {instancePath:instancePath+"/status/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data6.conditions !== undefined){
let data8 = data6.conditions;
if(Array.isArray(data8)){
const len0 = data8.length;
for(let i0=0; i0<len0; i0++){
let data9 = data8[i0];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.type === undefined){
const err10 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"required",params:{missingProperty: "type"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data9.status === undefined){
const err11 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"required",params:{missingProperty: "status"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data9.type !== undefined){
if(typeof data9.type !== "string"){
const err12 = {instancePath:instancePath+"/status/conditions/" + i0+"/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data9.status !== undefined){
let data11 = data9.status;
if(typeof data11 !== "string"){
const err13 = {instancePath:instancePath+"/status/conditions/" + i0+"/status",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(!(((data11 === "True") || (data11 === "False")) || (data11 === "Unknown"))){
const err14 = {instancePath:instancePath+"/status/conditions/" + i0+"/status",keyword:"enum",params:{allowedValues: schema43.properties.status.properties.conditions.items.properties.status.enum}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data9.reason !== undefined){
if(typeof data9.reason !== "string"){
const err15 = {instancePath:instancePath+"/status/conditions/" + i0+"/reason",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data9.message !== undefined){
if(typeof data9.message !== "string"){
const err16 = {instancePath:instancePath+"/status/conditions/" + i0+"/message",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data9.observedGeneration !== undefined){
let data14 = data9.observedGeneration;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err17 = {instancePath:instancePath+"/status/conditions/" + i0+"/observedGeneration",keyword:"type",params:{type: "integer"}};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data9.lastTransitionTime !== undefined){
let data15 = data9.lastTransitionTime;
if(typeof data15 === "string"){
if(!(formats6(data15))){
const err18 = {instancePath:instancePath+"/status/conditions/" + i0+"/lastTransitionTime",keyword:"format",params:{format: "date-time"}};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/status/conditions/" + i0+"/lastTransitionTime",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/status/conditions/" + i0,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/status/conditions",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/status",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath,keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
validate32.errors = vErrors;
return errors === 0;
}
validate32.evaluated = {"props":{"spec":true,"status":true},"dynamicProps":false,"dynamicItems":false};


export const validators: Readonly<Record<string, SchemaValidator>> = {
  Cluster: validate20,
  Config: validate21,
  Event: validate22,
  Network: validate23,
  Node: validate24,
  Revision: validate25,
  Secret: validate26,
  Service: validate27,
  Source: validate28,
  Stack: validate29,
  Task: validate30,
  User: validate31,
  Volume: validate32,
}
